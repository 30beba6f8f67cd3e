/** The first steps with the product, and how what happens shows that one was taken. Pure. */
import type { Conversation } from "@/shared/api/types";

export const STEPS = ["phone", "write", "take", "answer", "ticks", "attendant", "number"] as const;
export type StepName = (typeof STEPS)[number];

/** Taking one of these means that those before it were taken. */
const TALK: readonly StepName[] = ["phone", "write", "take", "answer", "ticks"];

export interface Seen {
  /** When the guide began: what happened before does not count. */
  since: string;
  me: string;
  phoneOpen: boolean;
  conversations: readonly Conversation[];
  /** Undefined where they are not known. */
  attendants: number | undefined;
  channels: { now: number; atFirst: number } | undefined;
}

/** The steps for this person on this server, in their order. */
export function stepsFor(options: { phone: boolean; mayChannels: boolean; mayAttendants: boolean }): StepName[] {
  const { phone, mayChannels, mayAttendants } = options;
  const number: StepName[] = mayChannels ? ["number"] : [];
  const talk = TALK.filter((step) => phone || step !== "phone");
  const people: StepName[] = mayAttendants ? ["attendant"] : [];
  return phone ? [...talk, ...people, ...number] : [...number, ...talk, ...people];
}

const ARRIVED = new Set(["delivered", "read", "played"]);

/** The steps that were taken, by what can be seen now; earlier ones of the talk follow from later ones. */
export function taken({ since, me, phoneOpen, conversations, attendants, channels }: Seen): StepName[] {
  const begun = Date.parse(since);
  // The newest come first: thousands of older ones are not looked at with every event.
  const firstOld = conversations.findIndex((one) => Date.parse(one.last_activity_at) < begun);
  const recent = firstOld < 0 ? conversations : conversations.slice(0, firstOld);
  const mine = recent.filter(({ last_message: last }) => last?.author?.type === "attendant" && last.author.id === me);
  const found: StepName[] = [];
  if (phoneOpen) found.push("phone");
  if (recent.some(({ last_message: last }) => last?.direction === "inbound")) found.push("write");
  if (recent.some(({ assignee }) => assignee?.id === me)) found.push("take");
  if (mine.length > 0) found.push("answer");
  if (mine.some(({ last_message: last }) => ARRIVED.has(last?.status ?? ""))) found.push("ticks");
  const furthest = Math.max(-1, ...found.map((step) => TALK.indexOf(step)));
  const all = [...TALK.slice(0, furthest + 1)];
  if (attendants !== undefined && attendants > 1) all.push("attendant");
  if (channels !== undefined && channels.now > channels.atFirst) all.push("number");
  return all;
}
