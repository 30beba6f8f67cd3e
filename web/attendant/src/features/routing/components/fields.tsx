/** Fields that several pages of routing have. */
import { Autocomplete, Button, NumberInput, Select, Switch, Textarea } from "@mantine/core";
import { useId, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { decimalSeparator } from "../model/decimals";
import { useOwnLanguage } from "../hooks/useOwnLanguage";
import classes from "./routing.module.css";

interface AmountProps {
  label: string;
  /** Null where there is none. */
  value: number | null;
  onChange: (value: number | null) => void;
  /** What none means: "sem limite". */
  none: string;
  unit: string;
  min?: number;
  max: number;
  decimals?: number;
  error?: string | null;
}

/** A number that may be left out. */
export function Amount({ label, value, onChange, none, unit, min = 0, max, decimals = 0, error }: AmountProps) {
  const language = useOwnLanguage();
  return (
    <NumberInput
      aria-label={label}
      className={classes.number ?? ""}
      placeholder={none}
      suffix={` ${unit}`}
      min={min}
      max={max}
      clampBehavior="blur"
      allowDecimal={decimals > 0}
      decimalScale={decimals}
      {...decimalSeparator(language)}
      allowNegative={false}
      value={value ?? ""}
      error={error}
      onChange={(typed) => onChange(typed === "" ? null : Number(typed))}
    />
  );
}

const UNITS = { minutes: 1, hours: 60, days: 1440 } as const;
type Unit = keyof typeof UNITS;

/** The largest unit that holds the minutes as a whole number. */
export function unitOf(minutes: number | null): Unit {
  if (minutes === null || minutes === 0) return "minutes";
  return minutes % UNITS.days === 0 ? "days" : minutes % UNITS.hours === 0 ? "hours" : "minutes";
}

interface DurationProps {
  label: string;
  /** Minutes; null where there is none. */
  value: number | null;
  onChange: (value: number | null) => void;
  none: string;
  min?: number;
  /** Minutes. */
  max: number;
  /** Working time has no days. */
  days?: boolean;
  error?: string | null;
}

/** An amount of time, in minutes, hours or days. */
export function Duration({ label, value, onChange, none, min = 1, max, days = false, error }: DurationProps) {
  const { t } = useTranslation("routing");
  const [chosen, setChosen] = useState<Unit | null>(null);
  const natural = unitOf(value);
  const unit = chosen ?? (natural === "days" && !days ? "hours" : natural);
  const size = UNITS[unit];
  const language = useOwnLanguage();
  const units = (["minutes", "hours", ...(days ? (["days"] as const) : [])] as const).map((one) => ({
    value: one,
    label: t(`units.${one}`),
  }));
  const set = (amount: number, of: Unit) => onChange(Math.min(max, Math.max(min, Math.round(amount * UNITS[of]))));
  return (
    <span className={classes.inline}>
      <NumberInput
        aria-label={label}
        w={110}
        placeholder={none}
        min={0}
        max={Math.floor(max / size)}
        clampBehavior="blur"
        decimalScale={2}
        {...decimalSeparator(language)}
        allowNegative={false}
        value={value === null ? "" : value / size}
        error={error}
        onChange={(typed) => (typed === "" ? onChange(null) : set(Number(typed), unit))}
      />
      <Select
        aria-label={t("units.label", { name: label })}
        w={112}
        allowDeselect={false}
        data={units}
        value={unit}
        onChange={(next) => {
          if (next === null) return;
          if (value !== null) set(value / size, next);
          setChosen(next);
        }}
      />
    </span>
  );
}

interface OnOffProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function OnOff({ label, checked, onChange }: OnOffProps) {
  return (
    <Switch aria-label={label} checked={checked} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
  );
}

export function ZoneField({
  zone,
  onChange,
  error,
}: {
  zone: string;
  onChange: (zone: string) => void;
  error: string | null;
}) {
  const { t } = useTranslation("routing");
  return (
    <Autocomplete
      aria-label={t("zone")}
      maxLength={64}
      limit={20}
      data={Intl.supportedValuesOf("timeZone")}
      value={zone}
      error={error}
      onChange={onChange}
    />
  );
}

export interface Variable {
  name: string;
  label: string;
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  variables: readonly Variable[];
  placeholder?: string;
  error?: string | null;
  max?: number;
  hideLabel?: boolean;
  lang?: string;
  after?: ReactNode;
}

/** A text to customers, with variables that go in where the cursor is. */
export function CustomerText(props: TextProps) {
  const { label, value, onChange, variables, placeholder, error, max = 1000, hideLabel = false, lang, after } = props;
  const { t } = useTranslation("routing");
  const field = useRef<HTMLTextAreaElement>(null);
  const group = useId();
  const insert = (variable: string) => {
    const { selectionStart: from = 0, selectionEnd: to = 0 } = field.current ?? {};
    onChange(value.slice(0, from) + variable + value.slice(to));
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + variable.length, from + variable.length);
    });
  };
  return (
    <div>
      <Textarea
        ref={field}
        {...(hideLabel ? { "aria-label": label } : { label })}
        autosize
        minRows={2}
        maxRows={8}
        lang={lang}
        placeholder={placeholder}
        value={value}
        error={value.length > max ? t("form.too_long", { count: max }) : error}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {variables.length > 0 && (
        <div className={classes.insert} role="group" aria-labelledby={group}>
          <span id={group}>{t("form.insert")}</span>
          {variables.map((one) => (
            <Button key={one.name} size="compact-xs" variant="default" onClick={() => insert(`{{${one.name}}}`)}>
              {one.label}
            </Button>
          ))}
        </div>
      )}
      {after}
    </div>
  );
}
