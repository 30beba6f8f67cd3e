/**
 * Fields for days and times in the language that the person chose. The browser's own follow the browser's language, in
 * which 03/04 may be another day, and cannot be told otherwise; its calendar is still a click away.
 */
import { Input, TextInput, type MantineSize } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";

import classes from "./DateField.module.css";
import { useFault, useWritten } from "./useWritten";
import { laterDay, laterTime, partsOf, readDay, readTime, writtenDay } from "./written";

const EXAMPLE_DAY = "2026-11-22";
const EXAMPLE_TIME = "14:05";
const STEP_MINUTES = 15;

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
  id?: string;
  label?: string;
  "aria-label"?: string;
  description?: ReactNode;
  error?: ReactNode;
  size?: MantineSize;
  required?: boolean;
  className?: string;
  "data-autofocus"?: boolean;
}

interface DateProps extends FieldProps {
  /** "2026-11-22", as the value. */
  min?: string | undefined;
  max?: string | undefined;
}

/** A day; the value is "2026-11-22", and empty while there is none. */
export function DateField({ value, onChange, min, max, error, className, ...rest }: DateProps) {
  const { t } = useTranslation("app");
  const { language } = useTimeStyle();
  const calendar = useRef<HTMLInputElement>(null);
  const { text, wrong, type, leave, set } = useWritten({
    value,
    onChange,
    write: (day) => writtenDay(day, language),
    read: (typed) => readDay(typed, language),
    isWhole: (typed) => /\d{4}$|^\d{4}-/.test(typed.trim()),
  });
  const early = value !== "" && min !== undefined && min !== "" && value < min;
  const late = value !== "" && max !== undefined && max !== "" && value > max;
  const fault = wrong
    ? t("date.wrong", { example: writtenDay(EXAMPLE_DAY, language) })
    : early
      ? t("date.early", { day: writtenDay(min, language) })
      : late
        ? t("date.late", { day: writtenDay(max, language) })
        : null;
  const field = useFault(fault);
  return (
    <div className={`${classes.field ?? ""} ${className ?? ""}`}>
      <TextInput
        {...rest}
        ref={field}
        autoComplete="off"
        inputMode="numeric"
        placeholder={partsOf(language)
          .map((part) => t(`date.${part}`))
          .join("/")}
        value={text}
        error={fault ?? error}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        onBlur={leave}
        onKeyDown={onArrows((steps) => value !== "" && set(laterDay(value, steps)), leave)}
        rightSection={
          <IconButton size={24} tabIndex={-1} label={t("date.open")} onClick={() => calendar.current?.showPicker()}>
            <IconCalendar size={16} stroke={1.75} aria-hidden />
          </IconButton>
        }
      />
      <input
        ref={calendar}
        type="date"
        aria-hidden
        tabIndex={-1}
        className={classes.native}
        value={value}
        min={min}
        max={max}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
    </div>
  );
}

interface TimeProps extends FieldProps {
  /** The value with which one leaves the field, or presses Enter, which does not send the form then. */
  onLeave?: (value: string) => void;
}

/** A time of the day in 24 hours; the value is "14:05", and empty while there is none. */
export function TimeField({ value, onChange, onLeave, error, ...rest }: TimeProps) {
  const { t } = useTranslation("app");
  const { text, wrong, type, leave, set } = useWritten({
    value,
    onChange,
    write: (time) => time,
    read: readTime,
    isWhole: (typed) => /^\d\d:\d\d$/.test(typed.trim()),
  });
  const fault = wrong ? t("date.wrong_time", { example: EXAMPLE_TIME }) : null;
  const field = useFault(fault);
  const left = () => {
    const now = leave();
    onLeave?.(now);
  };
  return (
    <TextInput
      {...rest}
      ref={field}
      autoComplete="off"
      placeholder="00:00"
      value={text}
      error={fault ?? error}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={left}
      onKeyDown={onArrows(
        (steps) => value !== "" && set(laterTime(value, steps * STEP_MINUTES)),
        left,
        onLeave === undefined,
      )}
    />
  );
}

interface BothProps extends Omit<FieldProps, "id" | "required" | "className"> {
  min?: string | undefined;
}

/** A day and a time; the value is "2026-11-22T14:05", and empty while one of them is missing. */
export function DateTimeField({ value, onChange, min, label, description, error, size, ...rest }: BothProps) {
  const { t } = useTranslation("app");
  const id = useId();
  const [half, setHalf] = useState({ day: "", time: "" });
  const day = value === "" ? half.day : value.slice(0, 10);
  const time = value === "" ? half.time : value.slice(11, 16);
  const change = (next: { day: string; time: string }) => {
    setHalf(next);
    onChange(next.day !== "" && next.time !== "" ? `${next.day}T${next.time}` : "");
  };
  const name = label ?? rest["aria-label"] ?? "";
  const sized = size === undefined ? {} : { size };
  return (
    <Input.Wrapper id={id} label={label} description={description} error={error} {...sized}>
      <div className={classes.both} role="group" aria-label={name}>
        <DateField
          {...sized}
          id={id}
          aria-label={t("date.of_day", { label: name })}
          data-autofocus={rest["data-autofocus"] ?? false}
          value={day}
          min={min?.slice(0, 10)}
          error={Boolean(error)}
          onChange={(to) => change({ day: to, time })}
        />
        <TimeField
          {...sized}
          aria-label={t("date.of_time", { label: name })}
          value={time}
          error={Boolean(error)}
          onChange={(to) => change({ day, time: to })}
        />
      </div>
    </Input.Wrapper>
  );
}

/** Arrows go up and down by a step, and Enter sends the form with what is typed. */
function onArrows(move: (steps: number) => void, leave: () => void, sends = true) {
  return (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      leave();
      if (!sends) event.preventDefault();
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    move(event.key === "ArrowUp" ? 1 : -1);
  };
}
