import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { CopyIcon } from "@/shared/ui/CopyIcon";

import { jsonLines, prettyJson } from "../model/json";
import classes from "./json.module.css";

const LINES = 200;
const LETTERS = 20_000;

interface Props {
  /** A value, or a text that may be JSON: what was sent is shown letter by letter. */
  value: unknown;
  /** What it is, for who does not see it. */
  label: string;
  /** It is another one than a moment ago, and the next is awaited. */
  stale?: boolean;
}

/**
 * A body of a request or an answer: JSON indented and coloured, anything else as it came; copied by a click. Long ones
 * are cut until somebody asks for all.
 */
export function Json({ value, label, stale = false }: Props) {
  const { t } = useTranslation("webhooks");
  const [all, setAll] = useState(false);
  const text = useMemo(() => (typeof value === "string" ? value : JSON.stringify(value)), [value]);
  const lines = useMemo(() => jsonLines(text), [text]);
  const cut = !all && (lines === null ? text.length > LETTERS : lines.length > LINES);
  const shown = lines === null || !cut ? lines : lines.slice(0, LINES);
  return (
    <div className={classes.frame} data-stale={stale || undefined}>
      <pre className={classes.text} tabIndex={0} role="region" aria-label={label} translate="no">
        {shown === null
          ? text.slice(0, cut ? LETTERS : undefined)
          : shown.map((line, row) => (
              <span key={row}>
                {line.map((part, place) => (
                  <span key={place} data-part={part.kind}>
                    {part.text}
                  </span>
                ))}
                {"\n"}
              </span>
            ))}
      </pre>
      <span className={classes.copy}>
        <CopyIcon value={prettyJson(text)} label={t("copy", { name: label })} />
      </span>
      {cut && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {t("whole")}
        </Button>
      )}
    </div>
  );
}
