import { Button, MultiSelect, SegmentedControl, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { capabilitiesQuery } from "@/shared/conversations/queries";

import type { ReplyValues } from "../api/automatic";
import type { Lines } from "../model/hours";
import { MAX_NAME, MAX_TEXT, MAX_WORD, MAX_WORDS, PERIODS, TRIGGERS, VARIABLES, type Wrong } from "../model/values";
import classes from "./automatic.module.css";
import { HoursFields } from "./HoursFields";
import { usePeriodName } from "./usePeriodName";

interface Props {
  values: ReplyValues;
  onChange: (change: Partial<ReplyValues>) => void;
  hours: { lines: Lines; zone: string; onLines: (lines: Lines) => void; onZone: (zone: string) => void };
  /** What is shown as wrong. */
  wrong: ReadonlySet<Wrong>;
  /** What the server refused, in words. */
  refused: { name: string | null; text: string | null; zone: string | null };
}

/** When a rule speaks, and what it says. */
export function ReplyFields({ values, onChange, hours, wrong, refused }: Props) {
  const { t } = useTranslation("automatic");
  const periodName = usePeriodName();
  const kinds = useQuery(capabilitiesQuery).data?.items ?? [];
  const { trigger, period_hours: period } = values;
  const periods = [...new Set([...PERIODS, period ?? 0])];
  return (
    <div className={classes.form}>
      <TextInput
        label={t("name")}
        description={t("name_help")}
        data-autofocus
        maxLength={MAX_NAME}
        value={values.name}
        error={wrong.has("name") ? t("name_empty") : refused.name}
        onChange={({ currentTarget: { value } }) => onChange({ name: value })}
      />
      <Select
        label={t("trigger.label")}
        allowDeselect={false}
        value={trigger}
        data={TRIGGERS.map((value) => ({ value, label: t(`trigger.${value}`) }))}
        onChange={(value) => value !== null && onChange({ trigger: value })}
      />
      {trigger === "keyword" && (
        <TagsInput
          label={t("words_label")}
          description={t("words_help")}
          maxTags={MAX_WORDS}
          maxLength={MAX_WORD}
          value={values.words}
          error={wrong.has("words") ? t("words_empty") : null}
          acceptValueOnBlur
          onChange={(words) => onChange({ words })}
        />
      )}
      {trigger === "closed" && (
        <Select
          label={t("closed_by.label")}
          allowDeselect={false}
          value={values.closed_by}
          data={(["anyone", "person", "automatic"] as const).map((value) => ({
            value,
            label: t(`closed_by.${value}`),
          }))}
          onChange={(value) => value !== null && onChange({ closed_by: value })}
        />
      )}
      <ReplyText values={values} onChange={onChange} error={textError()} />
      <div>
        <span id="reply-when" className={classes.hint}>
          {t("when.label")}
        </span>
        <SegmentedControl
          fullWidth
          aria-labelledby="reply-when"
          value={values.when}
          data={(["always", "inside", "outside"] as const).map((value) => ({ value, label: t(`when.${value}`) }))}
          onChange={(when) => onChange({ when })}
        />
      </div>
      {values.when !== "always" && <HoursFields {...hours} zoneError={refused.zone} />}
      <Select
        label={t("period.label")}
        allowDeselect={false}
        value={String(period ?? 0)}
        data={periods.map((one) => ({ value: String(one), label: periodName(one) }))}
        onChange={(value) => onChange({ period_hours: Number(value) || null })}
      />
      {kinds.length > 1 && (
        <MultiSelect
          label={t("channels.label")}
          placeholder={values.channels.length === 0 ? t("channels.all") : ""}
          value={values.channels}
          data={kinds.map(({ kind, name }) => ({ value: kind, label: name }))}
          onChange={(channels) => onChange({ channels })}
        />
      )}
    </div>
  );

  function textError(): string | null {
    if (wrong.has("text")) return t("text_empty");
    return wrong.has("long") ? t("too_long", { count: MAX_TEXT }) : refused.text;
  }
}

interface TextProps extends Pick<Props, "values" | "onChange"> {
  error: string | null;
}

/** The text, with variables that go in where the cursor is. */
function ReplyText({ values, onChange, error }: TextProps) {
  const { t } = useTranslation("automatic");
  const field = useRef<HTMLTextAreaElement>(null);
  const insert = (variable: string) => {
    const { selectionStart: from = 0, selectionEnd: to = 0 } = field.current ?? {};
    const text = values.text.slice(0, from) + variable + values.text.slice(to);
    onChange({ text });
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + variable.length, from + variable.length);
    });
  };
  return (
    <div>
      <Textarea
        ref={field}
        label={t("text_label")}
        autosize
        minRows={3}
        maxRows={10}
        value={values.text}
        error={error}
        onChange={({ currentTarget: { value } }) => onChange({ text: value })}
      />
      <div className={classes.insert}>
        <span>{t("insert")}</span>
        {VARIABLES.map((name) => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => insert(`{{${name}}}`)}>
            {t(`variables.${name.replace(".", "_") as "contact_name"}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}
