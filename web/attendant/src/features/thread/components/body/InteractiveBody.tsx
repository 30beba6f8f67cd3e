import { IconCornerDownLeft, IconExternalLink, IconList, IconMapPin, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Attachment, MessageOf } from "@/shared/api/types";
import { safeHref } from "@/shared/text/markup";

import classes from "./body.module.css";
import { FileCard } from "./FileCard";
import { TextBody } from "./TextBody";

type Content = Exclude<MessageOf<"interactive">["content"], Record<string, never>>;
type Answered = Extract<Content, { reply: unknown }>;

/** A message with something to tap, as the customer sees it; or what they have tapped. */
export function InteractiveBody({ message }: { message: MessageOf<"interactive"> }) {
  const content = message.content as Content;
  if ("reply" in content) return <Answer content={content} text={message.text} />;
  return (
    <>
      {"header" in content && <Header header={content.header} files={message.attachments} />}
      <TextBody text={message.text} />
      {"footer" in content && content.footer && <small className={classes.footer}>{content.footer}</small>}
      <Choices content={content} />
    </>
  );
}

function Answer({ content, text }: { content: Answered; text: string | null | undefined }) {
  const { t } = useTranslation("thread");
  return (
    <>
      <span className={classes.label}>
        <IconCornerDownLeft size={14} aria-hidden /> {t("interactive.chose")}
      </span>
      <TextBody text={content.reply.title || text} />
      {content.reply.description && <small className={classes.footer}>{content.reply.description}</small>}
      {content.form && (
        <ul className={classes.rows}>
          {Object.entries(content.form).map(([name, value]) => (
            <li key={name}>
              <small className={classes.footer}>{name}</small>
              {typeof value === "string" ? value : JSON.stringify(value)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Header({ header, files }: { header: unknown; files: Attachment[] }) {
  if (typeof header === "string") return <strong className={classes.header}>{header}</strong>;
  const file = files[0];
  return file?.state === "ready" ? <FileCard file={file} /> : null;
}

function Choices({ content }: { content: Exclude<Content, Answered> }) {
  const { t } = useTranslation("thread");
  switch (content.type) {
    case "buttons":
      return (
        <div className={classes.choices}>
          {content.buttons.map((one) => (
            <span key={one.id} className={classes.choice}>
              {one.title}
            </span>
          ))}
        </div>
      );
    case "list":
      return (
        <details className={classes.choices}>
          <summary className={classes.choice}>
            <IconList size={14} aria-hidden /> {content.button}
          </summary>
          {content.sections.map((section, index) => (
            <div key={index}>
              {section.title && <small className={classes.footer}>{section.title}</small>}
              <ul className={classes.rows}>
                {section.rows.map((row) => (
                  <li key={row.id}>
                    {row.title}
                    {row.description && <small className={classes.footer}>{row.description}</small>}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </details>
      );
    case "link":
      return (
        <div className={classes.choices}>
          <a
            className={classes.choice}
            href={safeHref(content.url) ?? undefined}
            target="_blank"
            rel="noopener noreferrer"
          >
            <IconExternalLink size={14} aria-hidden /> {content.title}
          </a>
        </div>
      );
    case "ask_location":
    case "ask_phone":
      return (
        <div className={classes.choices}>
          <span className={classes.choice}>
            {content.type === "ask_phone" ? <IconPhone size={14} aria-hidden /> : <IconMapPin size={14} aria-hidden />}{" "}
            {t(`interactive.${content.type}`)}
          </span>
        </div>
      );
  }
}
