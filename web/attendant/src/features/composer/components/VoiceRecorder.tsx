import { Button } from "@mantine/core";
import { IconMicrophone, IconPlayerPause, IconPlayerStop, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Capabilities } from "@/shared/api/types";
import { IconButton } from "@/shared/ui/IconButton";
import { holdReload } from "@/shared/update/reloadHolds";

import { useRecorder } from "../hooks/useRecorder";
import classes from "./composer.module.css";

interface Props {
  limit: NonNullable<Capabilities["voice"]>;
  onDone: (file: File) => void;
  onCancel: () => void;
}

/** Records a voice message. When it is done it stands among the draft's files, to be listened to and sent. */
export function VoiceRecorder({ limit, onDone, onCancel }: Props) {
  const { t } = useTranslation("composer");
  const meter = useRef<HTMLCanvasElement>(null);
  const done = useRef<HTMLButtonElement>(null);
  const recorder = useRecorder(limit, meter, onDone);
  const { state } = recorder;
  useEffect(() => holdReload(), []);
  useEffect(() => {
    if (state === "recording") done.current?.focus();
  }, [state]);
  if (state === "failed") {
    return (
      <div className={classes.recorder} role="alert">
        <IconMicrophone size={18} aria-hidden="true" />
        <span className={classes.recorderText}>{t(`voice.failed.${recorder.problem ?? "other"}`)}</span>
        <Button size="compact-md" variant="default" onClick={onCancel}>
          {t("voice.back")}
        </Button>
      </div>
    );
  }
  return (
    <div
      className={classes.recorder}
      role="group"
      aria-label={t("voice.recording")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        recorder.cancel();
        onCancel();
      }}
    >
      <span className={classes.recorderDot} data-state={state} aria-hidden="true" />
      <span className={classes.recorderTime} role="timer">
        {clock(recorder.seconds)}
      </span>
      <canvas ref={meter} className={classes.meter} width={320} height={28} aria-hidden="true" />
      <span className={classes.recorderText}>
        {t(state === "asking" ? "voice.asking" : state === "paused" ? "voice.paused" : "voice.recording")}
      </span>
      <IconButton
        label={t("voice.cancel")}
        keys="escape"
        onClick={() => {
          recorder.cancel();
          onCancel();
        }}
      >
        <IconTrash size={18} />
      </IconButton>
      <IconButton
        label={t(state === "paused" ? "voice.resume" : "voice.pause")}
        disabledReason={state === "asking" ? t("voice.asking") : undefined}
        onClick={recorder.pause}
      >
        {state === "paused" ? <IconMicrophone size={18} /> : <IconPlayerPause size={18} />}
      </IconButton>
      <Button
        ref={done}
        size="compact-md"
        h={32}
        leftSection={<IconPlayerStop size={16} />}
        disabled={state === "asking"}
        loading={state === "finishing"}
        onClick={recorder.finish}
      >
        {t("voice.done")}
      </Button>
    </div>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
