import { IconMessageQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import classes from "./body.module.css";
import { TextBody } from "./TextBody";

/** Something that the channel does not pass on (a poll, a view-once photo): said, so that the attendant can ask. */
export function UnsupportedBody({ message }: { message: MessageOf<"unsupported"> }) {
  const { t } = useTranslation("thread");
  return (
    <>
      <div className={classes.waiting}>
        <IconMessageQuestion size={18} aria-hidden />
        <span>{t("unsupported.text")}</span>
      </div>
      <TextBody text={message.text} caption />
    </>
  );
}
