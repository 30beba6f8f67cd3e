import { IconFile, IconMicrophone, IconPhoto, IconVideo, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { fileSize } from "@/shared/text/fileSize";
import { RelativeTime } from "@/shared/time/times";
import { FileName } from "@/shared/ui/SafeText";

import type { LargeFile } from "../api/storage";
import classes from "./storage.module.css";

const ICONS: Record<string, Icon> = { image: IconPhoto, video: IconVideo, audio: IconMicrophone };

/** The largest files; each leads to its message. */
export function Largest({ files }: { files: readonly LargeFile[] }) {
  return (
    <ol className={classes.largest}>
      {files.map((file) => (
        <li key={file.attachment.id}>
          <Line file={file} />
        </li>
      ))}
    </ol>
  );
}

function Line({ file }: { file: LargeFile }) {
  const { t, i18n } = useTranslation("storage");
  const { attachment, conversation_id: conversation, message_id: message, created_at: at } = file;
  const Glyph = ICONS[attachment.mime_type.split("/")[0] ?? ""] ?? IconFile;
  const words = (
    <>
      <Glyph size={18} stroke={1.75} aria-hidden />
      <span className={classes.fileName}>
        <FileName name={attachment.name} />
        <small>
          {message === null ? t("largest.unsent") : t("largest.sent")} <RelativeTime at={at} />
        </small>
      </span>
      <span className={`${classes.fileSize} numbers`}>{fileSize(attachment.size ?? 0, i18n.language)}</span>
    </>
  );
  if (conversation === null || message === null) return <span className={classes.file}>{words}</span>;
  return (
    <Link
      className={classes.file}
      to={`/inbox/all/${conversation}#message=${encodeURIComponent(message)}`}
      title={t("largest.open")}
    >
      {words}
    </Link>
  );
}
