/** How much room a text has left. */
import { lengthOf, mayReach, type TextUnit } from "@/shared/text/lengths";

const SHOWN_FROM = 0.9;

/** How much is left, once a text comes near its limit (negative: too much); null before. */
export function unitsLeft(text: string, max: number, unit: TextUnit = "characters"): number | null {
  if (!mayReach(text, max * SHOWN_FROM, unit)) return null;
  const length = lengthOf(text, unit);
  return length < max * SHOWN_FROM ? null : max - length;
}
