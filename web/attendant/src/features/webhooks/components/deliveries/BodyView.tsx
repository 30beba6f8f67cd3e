import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { CopyIcon } from "@/shared/ui/CopyIcon";

import { jsonLines, prettyJson } from "../../model/deliveriesJson";
import classes from "./deliveries.module.css";

const LINES = 200;
const LETTERS = 20_000;

interface Props {
  /** What it is, for screen readers and the button that copies it. */
  label: string;
  copyLabel: string;
  text: string;
}

/** A body: JSON indented and coloured, anything else as it came. Long ones are cut until somebody asks for all. */
export function BodyView({ label, copyLabel, text }: Props) {
  const { t } = useTranslation("deliveries");
  const [all, setAll] = useState(false);
  const lines = useMemo(() => jsonLines(text), [text]);
  const cut = !all && (lines === null ? text.length > LETTERS : lines.length > LINES);
  const shown = lines === null || !cut ? lines : lines.slice(0, LINES);
  return (
    <div className={classes.body}>
      <span className={classes.copy}>
        <CopyIcon value={prettyJson(text)} label={copyLabel} />
      </span>
      <pre tabIndex={0} role="region" aria-label={label} translate="no">
        {shown === null
          ? text.slice(0, cut ? LETTERS : undefined)
          : shown.map((line, row) => (
              <span key={row} className={classes.line}>
                {line.map((part, place) => (
                  <span key={place} data-part={part.kind}>
                    {part.text}
                  </span>
                ))}
                {"\n"}
              </span>
            ))}
      </pre>
      {cut && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {t("whole_body")}
        </Button>
      )}
    </div>
  );
}
