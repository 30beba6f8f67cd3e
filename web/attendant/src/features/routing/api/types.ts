/** The shapes of what a company sets for its routing. */
import type { Capabilities, Priority } from "@/shared/api/types";

type ChannelKind = Capabilities["kind"];

interface Stored {
  id: string;
  version: number;
}

export type Language = "pt-BR" | "en" | "es";
/** One text in each language; a language without one is said in the company's. */
export type Texts = Partial<Record<Language, string>>;

export interface Member {
  attendant_id: string;
  limit: number | null;
  skills: string[];
}

export const STRATEGIES = ["round_robin", "least_busy", "longest_idle", "manual"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Team extends Stored {
  name: string;
  members: Member[];
  strategy: Strategy;
  limit: number | null;
  team_limit: number | null;
  weights: Partial<Record<ChannelKind, number>>;
  knows_customer_minutes: number | null;
  use_skills: boolean;
  greeting: string | null;
  hours_id: string | null;
}

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];

/** Times of the wall: "09:00"; an `end` of "24:00" is midnight, one before `start` is on the next day. */
export interface Interval {
  day: Day;
  start: string;
  end: string;
}

export type ExceptionKind = "closed" | "hours" | "as_usual";

export interface DayException {
  date: string;
  name: string | null;
  kind: ExceptionKind;
  intervals: Omit<Interval, "day">[];
}

export interface Holidays {
  country: string;
  state: string | null;
  optional: boolean;
  /** Names of holidays on which the company works. */
  open_on: string[];
}

export interface OutsideMessage {
  enabled: boolean;
  texts: Texts;
  language: Language;
}

export interface Hours extends Stored {
  name: string;
  zone: string;
  intervals: Interval[];
  exceptions: DayException[];
  holidays: Holidays | null;
  account_ids: string[];
  is_default: boolean;
  message: OutsideMessage;
}

export interface Holiday {
  date: string;
  name: string;
  optional: boolean;
}

export interface YearDay {
  date: string;
  intervals: Omit<Interval, "day">[];
  kind: "open" | "closed" | "holiday" | "exception";
  name: string | null;
}

export interface HoursPreview {
  open: boolean;
  next_change: string | null;
  next_opening: string | null;
  /** The message as a customer gets it. */
  texts: Texts;
  words: Partial<Record<Language, { state: string; next_opening: string | null }>>;
  days?: YearDay[] | null;
}

export interface Rule extends Stored {
  name: string;
  position: number;
  enabled: boolean;
  match: "all" | "any";
  conditions: RuleCondition[];
  actions: RuleAction[];
  stop: boolean;
}

export interface RuleCondition {
  kind: string;
  values: string[];
  field_id?: string | null;
}

export interface RuleAction {
  kind: string;
  value: string | string[];
}

export interface Target extends Stored {
  name: string;
  position: number;
  enabled: boolean;
  team_ids: string[];
  channels: ChannelKind[];
  account_ids: string[];
  label_ids: string[];
  priorities: Priority[];
  first_response: number | null;
  next_response: number | null;
  resolution: number | null;
  warn_percent: number;
  around_the_clock: boolean;
}

export interface AwayReason extends Stored {
  name: string;
  position: number;
  names: Texts;
  counts_as_break: boolean;
}

export interface Items {
  teams: Team;
  hours: Hours;
  "assignment-rules": Rule;
  "service-levels": Target;
  "away-reasons": AwayReason;
}
export type Kind = keyof Items;
/** An item as it is edited and sent. */
export type ValuesOf<K extends Kind> = Omit<Items[K], "id" | "version" | "position">;

export interface Policies {
  distribution: { default_team_id: string | null };
  telling: Record<string, unknown>;
  inactivity: Record<string, unknown>;
  presence: Record<string, unknown>;
}
export type Policy = keyof Policies;
