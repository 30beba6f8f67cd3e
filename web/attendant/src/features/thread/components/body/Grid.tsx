import { IconAlertTriangle, IconLoader2, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, Message } from "@/shared/api/types";

import { useLightbox } from "../../hooks/useLightbox";
import { columnsOf } from "../../model/albums";
import { isVideo } from "../../model/context";
import classes from "./body.module.css";
import { TextBody } from "./TextBody";
import { Waiting } from "./Waiting";

/** Pictures and videos side by side, each in a square of its own that is there before the picture is. */
export function Grid({ count, children }: { count: number; children: ReactNode }) {
  return (
    <div className={classes.grid} data-columns={columnsOf(count)}>
      {children}
    </div>
  );
}

interface TileProps {
  message: Message;
  file: Attachment;
  at: number;
  of: number;
}

/** One of them; a click shows it large. One that is not here yet keeps its place. */
export function GridTile({ message, file, at, of }: TileProps) {
  const { t } = useTranslation("thread");
  const { open } = useLightbox();
  const [broken, setBroken] = useState(false);
  const video = isVideo(file);
  if (file.state !== "ready" || broken) {
    const Icon = file.state === "pending" || file.state === "scanning" ? IconLoader2 : IconAlertTriangle;
    return (
      <span className={classes.square} data-missing>
        <Icon size={20} aria-hidden className={Icon === IconLoader2 ? classes.turning : undefined} />
      </span>
    );
  }
  const what = video ? t("album.video") : (message.text ?? t("file.photo"));
  return (
    <button
      type="button"
      className={classes.square}
      aria-label={`${what}, ${t("album.of", { at, of })}`}
      onClick={() => open(message.id, file.id)}
    >
      {video && !file.thumbnail_url ? (
        <video src={`${file.url}#t=0.1`} preload="metadata" muted playsInline tabIndex={-1} />
      ) : (
        <img
          src={file.thumbnail_url ?? file.url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setBroken(true)}
        />
      )}
      {video && (
        <span className={classes.play}>
          <IconPlayerPlayFilled size={18} aria-hidden />
        </span>
      )}
    </button>
  );
}

/** Why some of them are not here, and trying again. */
export function NotReady({ files }: { files: readonly Attachment[] }) {
  return files
    .filter(({ state }) => state === "failed" || state === "infected")
    .map((file) => <Waiting key={file.id} file={file} />);
}

/** What was written under them; with several texts, under which. */
export function Captions({ texts }: { texts: readonly string[] }) {
  const { t } = useTranslation("thread");
  const written = texts.map((text, index) => ({ text, at: index + 1 })).filter(({ text }) => text !== "");
  const [only, second] = written;
  if (only === undefined) return null;
  if (second === undefined) return <TextBody text={only.text} caption />;
  return (
    <ul className={classes.captions}>
      {written.map(({ text, at }) => (
        <li key={at}>
          <small className={classes.footer}>{t("album.of", { at, of: texts.length })}</small>
          <TextBody text={text} />
        </li>
      ))}
    </ul>
  );
}
