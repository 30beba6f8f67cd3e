/** The shapes of what a company sets for its routing. `Sent` holds them against the API's document. */
import type { components } from "@/shared/api/schema";
import type { Capabilities, Priority } from "@/shared/api/types";

type Schemas = components["schemas"];

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
  channel_limits: Partial<Record<ChannelKind, number>>;
  knows_customer_minutes: number | null;
  use_skills: boolean;
  greeting: string | null;
  greetings: Texts;
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
  holiday: string | null;
  /** How it is, and the message as a customer gets it. */
  words: Partial<Record<Language, { state: string; next_opening: string | null; message: string | null }>>;
  days?: YearDay[] | null;
}

export const ABOUT = [
  "channel",
  "account",
  "word",
  "label",
  "type",
  "hours",
  "customer",
  "language",
  "field",
  "priority",
  "team",
] as const;
export type About = (typeof ABOUT)[number];

export interface RuleCondition {
  about: About;
  values: string[];
  field: string | null;
  negated: boolean;
}

export interface Rule extends Stored {
  name: string;
  position: number;
  enabled: boolean;
  match: "all" | "any";
  conditions: RuleCondition[];
  team_id: string | null;
  attendant_id: string | null;
  priority: Priority | null;
  type_id: string | null;
  label_ids: string[];
  goes_on: boolean;
}

/** What whoever saves is told: it is saved all the same. */
export type Warning = Schemas["SettingWarning"];

export interface Target extends Stored {
  name: string;
  position: number;
  enabled: boolean;
  team_ids: string[];
  channels: ChannelKind[];
  account_ids: string[];
  label_ids: string[];
  priorities: Priority[];
  first_response_minutes: number | null;
  next_response_minutes: number | null;
  resolution_minutes: number | null;
  warn_percent: number;
  time: "hours" | "around_the_clock";
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

/** What is done when somebody does not answer; minutes, null: nothing. */
export interface Inactivity {
  no_answer_minutes: number | null;
  accept_minutes: number | null;
  accept_in_teams: boolean;
  remind_minutes: number | null;
  reminder: Texts;
  close_minutes: number | null;
  say_closing: boolean;
  closing: Texts;
  closing_type_id: string | null;
  language: Language;
}

export interface Break {
  attendant_ids: string[];
  team_ids: string[];
  days: Day[];
  date: string | null;
  start: string;
  end: string;
  reason_id: string | null;
}

export const ABSENCES = ["away", "offline", "deactivated"] as const;

export interface Presence {
  grace_seconds: number;
  untouched_minutes: number | null;
  start_as: "online" | "away";
  zone: string;
  release_minutes: Record<(typeof ABSENCES)[number], number | null>;
  breaks: Break[];
}

export interface Distribution {
  default_team_id: string | null;
  return_minutes: number | null;
}

/** What customers who wait are told, by themselves; minutes, null: nothing. */
export interface Telling {
  position_minutes: number | null;
  position: Texts;
  overdue_minutes: number | null;
  overdue: Texts;
  language: Language;
}

export interface Policies {
  distribution: Distribution;
  telling: Telling;
  inactivity: Inactivity & { teams: (Inactivity & { team_id: string })[] };
  presence: Presence;
  /** A customer who writes within so many hours after the closing goes on in the same conversation. */
  reopening: { within_hours: number };
}
export type Policy = keyof Policies;

type Fits<Body, Ours extends Body> = Ours;

/** What is sent fits what the API takes: does it no longer, this does not compile. */
export interface Sent {
  teams: Fits<Schemas["TeamBody"], ValuesOf<"teams">>;
  hours: Fits<Schemas["HoursBody"], ValuesOf<"hours">>;
  rules: Fits<Schemas["AssignmentRuleBody"], ValuesOf<"assignment-rules"> & { bot_id: null }>;
  targets: Fits<Schemas["ServiceLevelBody"], ValuesOf<"service-levels">>;
  reasons: Fits<Schemas["AwayReasonBody"], ValuesOf<"away-reasons">>;
  distribution: Fits<Schemas["DistributionBody"], Distribution>;
  telling: Fits<Schemas["TellingBody"], Telling>;
  inactivity: Fits<Schemas["InactivityBody"], Policies["inactivity"]>;
  presence: Fits<Schemas["PresenceBody"], Presence>;
  reopening: Fits<Schemas["ReopeningSettings"], Policies["reopening"]>;
}
