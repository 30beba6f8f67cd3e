/** How long the customer can still be answered freely. */
const HOUR = 3_600_000;
const SOON = 2 * HOUR;
const ENDING = HOUR / 4;

export type WindowState = "none" | "open" | "soon" | "ending" | "closed";

/**
 * `left` is in milliseconds, null where no end is known: on a channel with a window the customer has never written
 * then, and it is closed.
 */
export function windowState(left: number | null, channelHasWindow: boolean): WindowState {
  if (left === null) return channelHasWindow ? "closed" : "none";
  if (left <= 0) return "closed";
  return left < ENDING ? "ending" : left < SOON ? "soon" : "open";
}
