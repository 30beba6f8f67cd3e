import { IconAddressBook, IconFile, IconForms, IconMapPin, IconShoppingBag, IconTemplate } from "@tabler/icons-react";
import { Fragment, type ComponentType } from "react";
import { useTranslation } from "react-i18next";

import { neutralName } from "@/shared/text/neutral";

import type { SearchSnippet } from "@/shared/api/types";
import classes from "./SearchResults.module.css";

type Icon = ComponentType<{ size: number; stroke: number; "aria-label"?: string }>;

const ICONS: Partial<Record<SearchSnippet["field"], Icon>> = {
  file: IconFile,
  contact: IconAddressBook,
  choice: IconForms,
  place: IconMapPin,
  template: IconTemplate,
  order: IconShoppingBag,
};

/** A part of a message with what was asked for marked. What customers wrote is text here, never markup. */
export function Snippet({ snippet }: { snippet: SearchSnippet }) {
  const { t } = useTranslation("search");
  const Icon = ICONS[snippet.field];
  return (
    <span className={classes.snippet}>
      {Icon && <Icon size={14} stroke={1.75} aria-label={t(`field.${snippet.field}`)} />}
      <bdi dir="auto">
        {snippet.segments.map(({ text, hit }, at) => {
          const shown = edges(text);
          return hit ? <mark key={at}>{shown}</mark> : <Fragment key={at}>{shown}</Fragment>;
        })}
      </bdi>
    </span>
  );
}

/** Made harmless, with the spaces at its ends. */
function edges(text: string): string {
  const inner = neutralName(text);
  if (inner === "") return /\s/.test(text) ? " " : "";
  return `${/^\s/.test(text) ? " " : ""}${inner}${/\s$/.test(text) ? " " : ""}`;
}
