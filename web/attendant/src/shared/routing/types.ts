/** What routing tells of people, teams and the queue. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

/** How available an attendant is, since when, and why. */
export type Availability = Schemas["AvailabilityView"];
export type AvailabilityState = Availability["state"];
export type AwayReason = Pick<Schemas["AwayReasonView"], "id" | "name" | "names">;
export type Team = Pick<Schemas["TeamView"], "id" | "name" | "members">;

type Named = Schemas["Named"];

/** Why a conversation waits: a code, with the number, moment or person that it is about. */
export interface QueueReason {
  code: string;
  count?: number | null;
  until?: string | null;
  attendant?: Named | null;
}

export interface QueueEntry {
  conversation_id: string;
  team?: Named | null;
  position: number;
  since: string;
  priority: string;
  estimate_seconds?: number | null;
  reasons: QueueReason[];
}

export interface TeamQueue {
  team?: Named | null;
  waiting: number;
  longest_since?: string | null;
  online: number;
  away: number;
  busy: number;
  /** How many more conversations fit; null: as many as come. */
  room?: number | null;
}

export interface Queue {
  items: QueueEntry[];
  teams: TeamQueue[];
}
