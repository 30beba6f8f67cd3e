import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Attachment } from "@/shared/api/types";
import { fileSize } from "@/shared/text/fileSize";
import { displayFileName } from "@/shared/text/neutral";

import classes from "./body.module.css";
import { TextBody } from "./TextBody";

/** A file to open or save, with its type and size. */
export function FileCard({ file, caption }: { file: Attachment; caption?: string | null | undefined }) {
  const { t, i18n } = useTranslation("thread");
  const name = displayFileName(file.name);
  const extension = /\.([a-z0-9]{1,4})$/i.exec(name)?.[1] ?? file.mime_type.split("/")[1] ?? "";
  return (
    <>
      <a
        className={classes.card}
        href={file.url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={t("file.open", { name })}
      >
        <span className={classes.fileType} aria-hidden>
          {extension.slice(0, 4).toUpperCase()}
        </span>
        <span className={classes.cardWords}>
          <bdi className={classes.cardTitle} title={name}>
            {name}
          </bdi>
          {file.size !== null && <span className={classes.cardMore}>{fileSize(file.size, i18n.language)}</span>}
        </span>
        <IconDownload size={18} aria-hidden />
      </a>
      <TextBody text={caption} caption />
    </>
  );
}
