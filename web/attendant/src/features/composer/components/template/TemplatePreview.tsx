import { IconExternalLink, IconFile, IconMapPin, IconMovie, IconPhone, IconPhoto, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, Template } from "@/shared/api/types";
import { FileName } from "@/shared/ui/SafeText";

import { bodyText, filledIn, type TemplateValues } from "../../model/templates";
import { contentUrl } from "../../model/messages";
import classes from "./template.module.css";

interface Props {
  template: Template;
  values: TemplateValues;
  file: Attachment | null;
}

/** The message as the customer will see it. */
export function TemplatePreview({ template, values, file }: Props) {
  const { layout } = template;
  return (
    <div className={classes.phone}>
      <div className={classes.bubble}>
        {layout?.header && <Header header={layout.header} values={values} file={file} />}
        <p className={classes.body}>
          <Filled text={bodyText(template)} part="body" values={values} />
        </p>
        {layout?.footer && <p className={classes.footer}>{layout.footer}</p>}
      </div>
      {layout?.buttons.map((button, at) => (
        <span key={at} className={classes.button}>
          {BUTTON_ICONS[button.type]}
          {button.title}
        </span>
      ))}
    </div>
  );
}

const BUTTON_ICONS: Record<string, ReactNode> = {
  url: <IconExternalLink size={16} aria-hidden="true" />,
  phone: <IconPhone size={16} aria-hidden="true" />,
  code: <IconCopy size={16} aria-hidden="true" />,
};

type LayoutHeader = NonNullable<NonNullable<Template["layout"]>["header"]>;

const HEADER_ICONS = { image: IconPhoto, video: IconMovie, document: IconFile, location: IconMapPin } as const;

function Header({ header, values, file }: { header: LayoutHeader } & Omit<Props, "template">) {
  const { kind } = header;
  if (kind === "text") {
    return (
      <p className={classes.header}>
        <Filled text={header.text ?? ""} part="header" values={values} />
      </p>
    );
  }
  if (kind === "other") return null;
  if (kind === "image" && file !== null) {
    return <img className={classes.headerPicture} src={contentUrl(file.id)} alt="" />;
  }
  const Icon = HEADER_ICONS[kind];
  return (
    <div className={classes.headerBox}>
      <Icon size={24} aria-hidden="true" />
      {file !== null && <FileName name={file.name} />}
    </div>
  );
}

function Filled({ text, part, values }: { text: string; part: "header" | "body"; values: TemplateValues }) {
  const { t } = useTranslation("composer");
  return (
    <bdi dir="auto">
      {filledIn(text, part, values).map((piece, at) =>
        "text" in piece ? (
          <span key={at}>{piece.text}</span>
        ) : "value" in piece ? (
          <span key={at} className={classes.value}>
            {piece.value}
          </span>
        ) : (
          <mark key={at} className={classes.missing} title={t("template.value.missing")}>
            {piece.missing}
          </mark>
        ),
      )}
    </bdi>
  );
}
