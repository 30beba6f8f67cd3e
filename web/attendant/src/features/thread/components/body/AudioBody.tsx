import { ActionIcon, Slider, Text, UnstyledButton } from "@mantine/core";
import { IconMicrophone, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, MessageOf } from "@/shared/api/types";

import { filesOf } from "../../model/context";
import classes from "./body.module.css";
import { FileCard } from "./FileCard";
import { TextBody } from "./TextBody";
import { Waiting } from "./Waiting";

const SPEEDS = [1, 1.5, 2] as const;

export function AudioBody({ message }: { message: MessageOf<"audio"> }) {
  const file = filesOf(message)[0];
  if (file?.state !== "ready") return <Waiting file={file} caption={message.text} />;
  const told = "duration" in message.content ? (message.content.duration ?? null) : null;
  const voice = "voice" in message.content && message.content.voice;
  return (
    <>
      <AudioPlayer file={file} told={told} voice={voice} />
      <TextBody text={message.text} caption />
    </>
  );
}

/** `told`: how long the channel says that it is, in seconds, until the file itself is known. */
export function AudioPlayer({ file, told, voice }: { file: Attachment; told: number | null; voice: boolean }) {
  const { t } = useTranslation("thread");
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [duration, setDuration] = useState(told);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(1);
  const [broken, setBroken] = useState(false);
  if (broken) return <FileCard file={file} />;

  const toggle = () => {
    const player = audio.current;
    if (player === null) return;
    player.playbackRate = speed;
    if (playing) player.pause();
    else void player.play().catch(() => setBroken(true));
  };
  const jump = (to: number) => {
    if (audio.current !== null) audio.current.currentTime = to;
    setPosition(to);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current !== null) audio.current.playbackRate = next;
  };

  return (
    <div className={classes.player}>
      <audio
        ref={audio}
        src={file.url}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPosition(0)}
        onTimeUpdate={(event) => setPosition(event.currentTarget.currentTime)}
        onLoadedMetadata={({ currentTarget: { duration: found } }) => {
          if (Number.isFinite(found)) setDuration(found);
        }}
        onError={() => setBroken(true)}
      />
      <ActionIcon
        variant="filled"
        color="teal"
        radius="xl"
        size={36}
        onClick={toggle}
        aria-label={playing ? t("audio.pause") : t("audio.play")}
      >
        {playing ? <IconPlayerPauseFilled size={18} aria-hidden /> : <IconPlayerPlayFilled size={18} aria-hidden />}
      </ActionIcon>
      <div className={classes.wave}>
        <Slider
          size="xs"
          value={position}
          max={duration ?? 1}
          step={0.1}
          onChange={jump}
          label={null}
          thumbLabel={t("audio.position")}
        />
        <Text size="xs" c="dimmed" className="numbers" mt={4}>
          {voice && <IconMicrophone size={12} aria-label={t("audio.voice")} />} {minutes(playing ? position : duration)}
        </Text>
      </div>
      <UnstyledButton onClick={faster} fz={12} fw={600} aria-label={t("audio.speed", { speed })}>
        {speed}×
      </UnstyledButton>
    </div>
  );
}

function minutes(seconds: number | null): string {
  if (seconds === null) return "–:––";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
