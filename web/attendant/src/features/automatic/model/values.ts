/** What a rule is at first, and what keeps it from being sent to the server. */
import type { AutomaticReply, ReplyValues, Trigger } from "../api/automatic";
import { hoursOf, type Lines } from "./hours";

export const MAX_TEXT = 2000;
export const MAX_NAME = 80;
export const MAX_WORDS = 20;
export const MAX_WORD = 60;
export const MAX_REPLIES = 50;
/** New rules go to the end. */
const LAST = 9999;

export const TRIGGERS = ["new_contact", "new_conversation", "keyword", "queued", "closed"] as const;
export const VARIABLES = [
  "contact.first_name",
  "contact.name",
  "conversation.number",
  "attendant.first_name",
  "channel.name",
] as const;
/** Hours for which a rule is sent to the same customer but once; 0: each time. */
export const PERIODS = [0, 1, 24, 168, 720] as const;

export function newReply(trigger: Trigger, name = "", text = ""): ReplyValues {
  return {
    name,
    trigger,
    text,
    enabled: true,
    position: LAST,
    words: [],
    closed_by: "anyone",
    when: "always",
    hours: null,
    channels: [],
    period_hours: trigger === "keyword" ? null : 24,
  };
}

export function valuesOf(reply: AutomaticReply): ReplyValues {
  const { name, trigger, text, enabled, position, words, closed_by, when, hours, channels, period_hours } = reply;
  return { name, trigger, text, enabled, position, words, closed_by, when, hours, channels, period_hours };
}

/** What is sent: only what belongs to the trigger and to the hours. */
export function sentValues(values: ReplyValues, lines: Lines, zone: string): ReplyValues {
  return {
    ...values,
    name: values.name.trim(),
    words: values.trigger === "keyword" ? values.words : [],
    closed_by: values.trigger === "closed" ? values.closed_by : "anyone",
    hours: values.when === "always" ? null : hoursOf(lines, zone),
  };
}

export type Wrong = "name" | "text" | "long" | "words" | "hours";

/** The fields that are wrong as they stand. */
export function mistakes(values: ReplyValues, lines: Lines): ReadonlySet<Wrong> {
  const found = new Set<Wrong>();
  if (values.name.trim() === "") found.add("name");
  if (values.text.trim() === "") found.add("text");
  if (Array.from(values.text).length > MAX_TEXT) found.add("long");
  if (values.trigger === "keyword" && values.words.length === 0) found.add("words");
  if (values.when !== "always" && hoursOf(lines, "UTC") === null) found.add("hours");
  return found;
}

/** The list with a rule one place further up (-1) or down (1). */
export function movedBy(replies: readonly AutomaticReply[], at: number, by: -1 | 1): AutomaticReply[] {
  const moved = [...replies];
  const [one] = moved.splice(at, 1);
  if (one !== undefined) moved.splice(at + by, 0, one);
  return moved;
}
