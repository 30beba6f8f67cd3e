import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { CopyIcon } from "@/shared/ui/CopyIcon";

import { tokensOf } from "../model/json";
import classes from "./json.module.css";

interface Props {
  /** A value, or a text that may be JSON. */
  value: unknown;
  /** What it is, for who does not see it. */
  label: string;
  /** It is another one than a moment ago, and the next is awaited. */
  stale?: boolean;
}

/** Longer texts are shown without colours: each part would be an element. */
const MOST_COLOURED = 20_000;

/** A body of a request or an answer: in lines, coloured where it is JSON, and copied by a click. */
export function Json({ value, label, stale = false }: Props) {
  const { t } = useTranslation("webhooks");
  const text = useMemo(() => (typeof value === "string" ? inLines(value) : JSON.stringify(value, null, 2)), [value]);
  const tokens = useMemo(() => (text.length > MOST_COLOURED ? [] : tokensOf(text)), [text]);
  return (
    <div className={classes.frame} data-stale={stale || undefined}>
      <pre className={classes.text} tabIndex={0} role="region" aria-label={label}>
        {tokens.length === 0
          ? text
          : tokens.map((one, at) =>
              one.kind === "plain" ? (
                one.text
              ) : (
                <span key={at} data-kind={one.kind}>
                  {one.text}
                </span>
              ),
            )}
      </pre>
      <span className={classes.copy}>
        <CopyIcon value={text} label={t("copy", { name: label })} />
      </span>
    </div>
  );
}

/** JSON in lines; any other text as it is. */
function inLines(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
