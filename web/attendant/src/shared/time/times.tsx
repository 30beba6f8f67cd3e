/** Times in the interface. Each shows the exact time on hover, and follows one timer for all of them. */
import { createContext, use, type CSSProperties, type ReactNode } from "react";

import { usePreferences } from "@/shared/storage/preferences";
import {
  clockTime,
  dayName,
  exactTime,
  freshTime,
  timeLeft,
  toMs,
  waitingTime,
  type TimeStyle,
} from "@/shared/time/format";
import { useNow } from "@/shared/time/ticker";

const DEFAULT_ZONE = "America/Sao_Paulo";
const ZoneContext = createContext(DEFAULT_ZONE);

/** The company's zone, in which everybody sees every time, wherever they sit. */
export function ZoneProvider({ zone, children }: { zone: string | undefined; children: ReactNode }) {
  return <ZoneContext value={zone ?? DEFAULT_ZONE}>{children}</ZoneContext>;
}

/** Language and zone for the functions of `format.ts`. */
export function useTimeStyle(): TimeStyle {
  return { language: usePreferences().language, zone: use(ZoneContext) };
}

interface Props {
  at: string;
  className?: string | undefined;
  style?: CSSProperties | undefined;
}

/** "há 4 min" when fresh, then the time of day, then the day. */
export function RelativeTime({ at, ...rest }: Props) {
  const style = useTimeStyle();
  const now = useNow("minute");
  return (
    <time dateTime={at} title={exactTime(at, style)} {...rest}>
      {freshTime(at, now, style)}
    </time>
  );
}

/** "14:05" */
export function ClockTime({ at, ...rest }: Props) {
  const style = useTimeStyle();
  return (
    <time dateTime={at} title={exactTime(at, style)} {...rest}>
      {clockTime(at, style)}
    </time>
  );
}

/** "12 min": for how long somebody has been waiting. */
export function WaitingTime({ at, ...rest }: Props) {
  const style = useTimeStyle();
  const now = useNow("minute");
  return (
    <time dateTime={at} title={exactTime(at, style)} {...rest}>
      {waitingTime(at, now, style.language)}
    </time>
  );
}

/** "hoje", "ontem", "terça-feira, 24 de novembro": the text of the line between two days. */
export function DayName({ at, ...rest }: Props) {
  const style = useTimeStyle();
  const now = useNow("minute");
  return (
    <time dateTime={at} {...rest}>
      {dayName(at, now, style)}
    </time>
  );
}

/** "23 h": what is left until a moment; nothing when it is over. */
export function Countdown({ at, ...rest }: Props) {
  const style = useTimeStyle();
  const left = timeLeft(at, useNowNear(at), style.language);
  if (left === null) return null;
  return (
    <time dateTime={at} title={exactTime(at, style)} {...rest}>
      {left}
    </time>
  );
}

const LAST_MINUTES_MS = 120_000;

/** The server's time for what ends at a moment: by minutes, near the end by seconds. */
export function useNowNear(end: string | null | undefined): number {
  const at = end ? toMs(end) : NaN;
  const minute = useNow("minute");
  return useNow(Math.abs(at - minute) < LAST_MINUTES_MS ? "second" : "minute");
}

/** Milliseconds until a moment, to the second near its end; 0 when it is over, null without a moment. */
export function useTimeLeft(end: string | null | undefined): number | null {
  const now = useNowNear(end);
  const at = end ? toMs(end) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
