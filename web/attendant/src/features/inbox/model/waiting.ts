/** From when a customer's waiting is shown as long, in minutes. */
const LONG = 15;
const TOO_LONG = 60;

const MINUTE = 60_000;

export type WaitingLevel = "fine" | "long" | "too_long";

/** How urgent it is that a customer has been waiting since `since`; both in milliseconds since 1970. */
export function waitingLevel(since: number, now: number): WaitingLevel {
  const minutes = (now - since) / MINUTE;
  if (minutes >= TOO_LONG) return "too_long";
  return minutes >= LONG ? "long" : "fine";
}
