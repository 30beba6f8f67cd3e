import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import { filesOf } from "../../model/context";
import classes from "./body.module.css";
import { Waiting } from "./Waiting";

export function StickerBody({ message }: { message: MessageOf<"sticker"> }) {
  const { t } = useTranslation("thread");
  const file = filesOf(message)[0];
  if (file?.state !== "ready") return <Waiting file={file} />;
  return <img className={classes.sticker} src={file.url} alt={t("file.sticker")} loading="lazy" draggable={false} />;
}
