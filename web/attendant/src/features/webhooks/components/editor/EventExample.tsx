import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "@/shared/storage/preferences";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useEventSchema } from "../../api/endpoints";
import type { EventType } from "../../api/types";
import { Json } from "../Json";
import classes from "./editor.module.css";

/** A type of event as it is sent: a real example, or its JSON Schema. */
export function EventExample({ type: { type, description, example } }: { type: EventType }) {
  const { t } = useTranslation("webhooks");
  const { language } = usePreferences();
  const [view, setView] = useState<"example" | "schema">("example");
  const schema = useEventSchema(type, view === "schema");
  const label = `${type}: ${t(`events.${view}`)}`;
  return (
    <div className={classes.beside}>
      <div className={classes.besideHead}>
        <h3 className={classes.code}>{type}</h3>
        <SegmentedControl
          size="xs"
          aria-label={t("events.view", { type })}
          value={view}
          data={(["example", "schema"] as const).map((value) => ({ value, label: t(`events.${value}`) }))}
          onChange={setView}
        />
      </div>
      <p>{description[language]}</p>
      {view === "example" && <Json value={example} label={label} />}
      {view === "schema" && schema.error && <ErrorState error={schema.error} compact />}
      {view === "schema" && schema.isPending && <Bar height={240} />}
      {view === "schema" && schema.data !== undefined && <Json value={schema.data} label={label} />}
    </div>
  );
}
