import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import { useLightbox } from "../../hooks/useLightbox";
import { filesOf } from "../../model/context";
import classes from "./body.module.css";
import { boxOf } from "./box";
import { FileCard } from "./FileCard";
import { TextBody } from "./TextBody";
import { Waiting } from "./Waiting";

/** A photo in a box that has its size before the photo is there, so that nothing moves when it comes. */
export function PictureBody({ message }: { message: MessageOf<"image"> }) {
  const { t } = useTranslation("thread");
  const { open } = useLightbox();
  const [broken, setBroken] = useState(false);
  const file = filesOf(message)[0];
  if (file?.state !== "ready") return <Waiting file={file} caption={message.text} />;
  if (broken) return <FileCard file={file} caption={message.text} />;
  return (
    <>
      <button type="button" className={classes.picture} style={boxOf(file)} onClick={() => open(message.id, file.id)}>
        <img
          src={file.thumbnail_url ?? file.url}
          alt={message.text ?? t("file.photo")}
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setBroken(true)}
        />
      </button>
      <TextBody text={message.text} caption />
    </>
  );
}
