import { IconTemplate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import classes from "./body.module.css";
import { FileCard } from "./FileCard";
import { TextBody } from "./TextBody";

/** An approved template, filled in, as the customer sees it. */
export function TemplateBody({ message }: { message: MessageOf<"template"> }) {
  const { t } = useTranslation("thread");
  const { content } = message;
  const file = message.attachments[0];
  const shown = "rendered" in content ? content.rendered : null;
  const name = "name" in content ? content.name : "";
  return (
    <>
      <span className={classes.label} title={name}>
        <IconTemplate size={14} aria-hidden /> {t("template.label")}
      </span>
      {file?.state === "ready" && <FileCard file={file} />}
      {shown?.header && <strong className={classes.header}>{shown.header}</strong>}
      <TextBody text={message.text ?? name} />
      {shown?.footer && <small className={classes.footer}>{shown.footer}</small>}
      {shown && shown.buttons.length > 0 && (
        <div className={classes.choices}>
          {shown.buttons.map((title, index) => (
            <span key={index} className={classes.choice}>
              {title}
            </span>
          ))}
        </div>
      )}
    </>
  );
}
