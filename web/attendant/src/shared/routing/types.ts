/** What routing tells of people, teams and the queue. */
export type AvailabilityState = "online" | "away" | "busy" | "offline";

interface Named {
  id: string;
  name?: string | null;
}

/** How available an attendant is, since when, and why. */
export interface Availability {
  id: string;
  name?: string | null;
  state: AvailabilityState;
  since: string;
  /** They, or a supervisor, have said so; else it follows from their devices. */
  chosen: boolean;
  reason?: Named | null;
  until?: string | null;
  teams: Named[];
  room: boolean;
  load: number;
  /** Null: as many as come. */
  limit?: number | null;
}

export interface AwayReason {
  id: string;
  name: string;
  /** By language, where it is not that of the company. */
  names?: Record<string, string>;
}

export interface Team {
  id: string;
  name: string;
  members: { attendant_id: string }[];
}

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
