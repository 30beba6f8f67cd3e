/**
 * Times as people read them: in the company's zone, in the chosen language, measured by the server's clock.
 * Pure: `now` is handed in.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface TimeStyle {
  language: string;
  zone: string;
}

type Moment = string | number;

const formats = new Map<string, Intl.DateTimeFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();

/** Making a format costs more than using it a thousand times. */
function dateFormat({ language, zone }: TimeStyle, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}|${zone}|${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    formats.set(key, format);
  }
  return format;
}

function relativeFormat(language: string, style: "short" | "long"): Intl.RelativeTimeFormat {
  const key = `${language}|${style}`;
  let format = relatives.get(key);
  if (format === undefined) {
    format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style });
    relatives.set(key, format);
  }
  return format;
}

/** Milliseconds since 1970; NaN for what is no time. */
export function toMs(moment: Moment): number {
  return typeof moment === "number" ? moment : Date.parse(moment);
}

/** "14:05" */
export function clockTime(moment: Moment, style: TimeStyle): string {
  return show(moment, style, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "22/11/2026 14:05": what stands in a tooltip. */
export function exactTime(moment: Moment, style: TimeStyle): string {
  const day = show(moment, style, { day: "2-digit", month: "2-digit", year: "numeric" });
  return day === UNKNOWN ? day : `${day} ${clockTime(moment, style)}`;
}

/** A line of a list: "agora", "há 4 min", "14:05" earlier today, "ontem", "ter." this week, then "22/11/2026". */
export function freshTime(moment: Moment, now: number, style: TimeStyle): string {
  const at = toMs(moment);
  if (Number.isNaN(at)) return UNKNOWN;
  const ago = now - at;
  if (ago < HOUR && ago > -MINUTE) return elapsed(Math.max(0, ago), style.language);
  const days = daysBetween(at, now, style.zone);
  return days === 0 ? clockTime(at, style) : dayBefore(at, days, style);
}

/** "ontem", "ter." within a week, then "22/11/2026". */
function dayBefore(at: number, days: number, style: TimeStyle): string {
  if (days === 1) return relativeFormat(style.language, "long").format(-1, "day");
  if (days > 1 && days < 7) return show(at, style, { weekday: "short" });
  return show(at, style, { day: "2-digit", month: "2-digit", year: "numeric" });
}

/** "14:05" of today, "amanhã 09:00", "seg. 09:00" within a week, then "22/11 09:00": a time to come. */
export function snoozeTime(moment: Moment, now: number, style: TimeStyle): string {
  const at = toMs(moment);
  if (Number.isNaN(at)) return UNKNOWN;
  const days = -daysBetween(at, now, style.zone);
  const time = clockTime(at, style);
  if (days === 0) return time;
  if (days === 1) return `${relativeFormat(style.language, "long").format(1, "day")} ${time}`;
  const day = days < 7 ? { weekday: "short" as const } : { day: "2-digit" as const, month: "2-digit" as const };
  return `${show(at, style, day)} ${time}`;
}

/** "14:05" of today, "ontem 14:05", "seg. 14:05" within a week, then "22/11/2026 14:05": since when something is so. */
export function pastTime(moment: Moment, now: number, style: TimeStyle): string {
  const at = toMs(moment);
  if (Number.isNaN(at)) return UNKNOWN;
  const time = clockTime(at, style);
  const days = daysBetween(at, now, style.zone);
  return days <= 0 ? time : `${dayBefore(at, days, style)} ${time}`;
}

/** "há 4 min": how long ago. */
export function elapsed(ms: number, language: string): string {
  const format = relativeFormat(language, "short");
  if (ms < MINUTE) return format.format(0, "second");
  if (ms < HOUR) return format.format(-Math.floor(ms / MINUTE), "minute").replace("min.", "min"); // a unit has no point
  if (ms < DAY) return format.format(-Math.floor(ms / HOUR), "hour");
  return format.format(-Math.floor(ms / DAY), "day");
}

/** "agora", "12 min", "3 h", "2 d": how long somebody has been waiting, in as little room as possible. */
export function waitingTime(since: Moment, now: number, language: string): string {
  const ms = Math.max(0, now - toMs(since));
  if (Number.isNaN(ms)) return UNKNOWN;
  if (ms < MINUTE) return elapsed(ms, language);
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), "minute", language);
  if (ms < DAY) return unit(Math.floor(ms / HOUR), "hour", language);
  return unit(Math.floor(ms / DAY), "day", language);
}

/** "23 h 59 min", "4 min", "0 min": how much is left until `end`; null when it is over. */
export function timeLeft(end: Moment, now: number, language: string): string | null {
  const ms = toMs(end) - now;
  if (Number.isNaN(ms) || ms <= 0) return null;
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes < 60) return unit(minutes, "minute", language);
  const rest = minutes % 60;
  const hours = unit(Math.floor(minutes / 60), "hour", language);
  return rest === 0 || minutes >= 12 * 60 ? hours : `${hours} ${unit(rest, "minute", language)}`;
}

/** A line between the days of a thread: "hoje", "ontem", "terça-feira, 24 de novembro", with the year in another one. */
export function dayName(moment: Moment, now: number, style: TimeStyle): string {
  const at = toMs(moment);
  if (Number.isNaN(at)) return UNKNOWN;
  const days = daysBetween(at, now, style.zone);
  if (days === 0 || days === 1) return relativeFormat(style.language, "long").format(-days, "day");
  const sameYear = dayOf(at, style.zone).slice(0, 4) === dayOf(now, style.zone).slice(0, 4);
  return show(at, style, { weekday: "long", day: "numeric", month: "long", ...(!sameYear && { year: "numeric" }) });
}

/** The day of a moment in a zone, "2026-11-22": equal for moments of one day. */
export function dayOf(moment: Moment, zone: string): string {
  const at = toMs(moment);
  return Number.isNaN(at) ? "" : dateFormat({ language: "en-CA", zone }, DAY_PARTS).format(at);
}

/** Calendar days from `at` to `now` in a zone; negative when `at` is on a later day. */
export function daysBetween(at: number, now: number, zone: string): number {
  return Math.round((Date.parse(dayOf(now, zone)) - Date.parse(dayOf(at, zone))) / DAY);
}

/** What is not known is never shown as a time. */
export const UNKNOWN = "—";

const DAY_PARTS: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit" };

function show(moment: Moment, style: TimeStyle, options: Intl.DateTimeFormatOptions): string {
  const at = toMs(moment);
  return Number.isNaN(at) ? UNKNOWN : dateFormat(style, options).format(at);
}

const units = new Map<string, Intl.NumberFormat>();

function unit(value: number, name: "minute" | "hour" | "day", language: string): string {
  const key = `${language}|${name}`;
  let format = units.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" });
    units.set(key, format);
  }
  return format.format(value);
}

const spans = new Map<string, Intl.NumberFormat>();

/** A length of time in its largest whole unit: "15 minutos", "48 horas", "7 dias". */
export function timeSpan(seconds: number, language: string): string {
  const days = seconds / 86_400;
  const [value, name]: [number, string] =
    days > 2 && Number.isInteger(days)
      ? [days, "day"]
      : seconds >= 3600
        ? [Math.round(seconds / 3600), "hour"]
        : [Math.round(seconds / 60), "minute"];
  const key = `${language} ${name}`;
  let format = spans.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" });
    spans.set(key, format);
  }
  return format.format(value);
}
