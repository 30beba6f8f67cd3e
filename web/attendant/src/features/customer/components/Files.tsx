import { IconFile, IconMicrophone, IconShieldX, IconVideo } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, Message } from "@/shared/api/types";
import { showPicture } from "@/shared/conversations/pictures";
import { useThread } from "@/shared/conversations/useThread";
import { usePreferences } from "@/shared/storage/preferences";
import { fileSize } from "@/shared/text/fileSize";
import { neutralFileName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { FileName } from "@/shared/ui/SafeText";

import classes from "./customer.module.css";
import { Section } from "./Section";

/** Files of the loaded messages, the newest first. */
export function Files({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("customer");
  const { thread } = useThread(conversationId);
  const files = filesOf(thread?.messages ?? []);
  const pictures = files.filter(({ file }) => isVisual(file));
  const others = files.filter(({ file }) => !isVisual(file));
  if (thread === undefined) return null;
  return (
    <Section title={t("files.title")} note={thread.hasOlder ? t("files.loaded") : t("files.of_this")}>
      {files.length === 0 && <p className={classes.nothing}>{t("files.none")}</p>}
      {pictures.length > 0 && (
        <ul className={classes.gallery}>
          {pictures.map(({ file, at, pictureOf }) => (
            <li key={file.id}>
              <Tile file={file} at={at} enlarge={() => pictureOf !== null && showPicture(conversationId, pictureOf)} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul className={classes.files}>
          {others.map(({ file, at }) => (
            <li key={file.id}>
              <FileRow file={file} at={at} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export interface SentFile {
  file: Attachment;
  at: string;
  /** The message whose picture it is; null for other files, and pictures that were sent as a document. */
  pictureOf: string | null;
}

/** What can be opened, and what the virus scanner keeps back: not what is on its way, failed or was deleted. */
export function filesOf(messages: readonly Message[]): SentFile[] {
  return messages
    .filter((message) => !message.deleted_at && message.kind !== "sticker")
    .flatMap((message) =>
      message.attachments.map((file) => ({
        file,
        at: message.occurred_at,
        pictureOf: message.kind === "image" ? message.id : null,
      })),
    )
    .filter(({ file }) => isListed(file))
    .toReversed();
}

export function isListed(file: Attachment): boolean {
  return file.state === "ready" || file.state === "scanning" || file.state === "infected";
}

/** Shown as a picture. What the virus scanner keeps back is a line that says so. */
export function isVisual(file: Attachment): boolean {
  return file.state === "ready" && /^(image|video)\//.test(file.mime_type);
}

interface FileProps {
  file: Attachment;
  at: string;
}

export function Tile({ file, at, enlarge }: FileProps & { enlarge: () => boolean }) {
  const { t } = useTranslation("customer");
  const style = useTimeStyle();
  const [broken, setBroken] = useState(false);
  const isVideo = file.mime_type.startsWith("video/");
  const src = file.thumbnail_url ?? (isVideo ? null : file.url);
  const label = t(isVideo ? "files.open_video" : "files.open_picture", { at: exactTime(at, style) });
  return (
    <a
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      className={classes.tile}
      aria-label={label}
      title={label}
      onClick={(event) => {
        const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
        if (!elsewhere && enlarge()) event.preventDefault();
      }}
    >
      {src === null || broken ? (
        isVideo ? (
          <IconVideo size={20} aria-hidden />
        ) : (
          <IconFile size={20} aria-hidden />
        )
      ) : (
        <img src={src} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
      )}
    </a>
  );
}

export function FileRow({ file, at }: FileProps) {
  const { language } = usePreferences();
  const style = useTimeStyle();
  const { t } = useTranslation("customer");
  const Icon = file.mime_type.startsWith("audio/") ? IconMicrophone : IconFile;
  if (file.state === "scanning" || file.state === "infected") {
    return (
      <span className={`${classes.file} ${classes.keptBack}`} data-state={file.state}>
        <IconShieldX size={18} stroke={1.75} aria-hidden />
        <span>
          <FileName name={file.name} />
          <small>{t(`files.${file.state}`)}</small>
        </span>
      </span>
    );
  }
  return (
    <a
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      className={classes.file}
      title={neutralFileName(file.name)}
    >
      <Icon size={18} stroke={1.75} aria-hidden />
      <FileName name={file.name} />
      <small className="numbers">{file.size === null ? exactTime(at, style) : fileSize(file.size, language)}</small>
    </a>
  );
}
