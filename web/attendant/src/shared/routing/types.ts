/** What routing tells of people, teams and the queue. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

/** How available an attendant is, since when, and why. */
export type Availability = Schemas["AvailabilityView"];
export type AvailabilityState = Availability["state"];
export type AwayReason = Pick<Schemas["AwayReasonView"], "id" | "name" | "names">;
export type Team = Pick<Schemas["TeamView"], "id" | "name" | "members">;

/** The live queue: the first ones of each team in their order, and the teams with counts of all. */
export type Queue = Schemas["QueueView"];
export type QueueEntry = Schemas["QueuedView"];
/** Why a conversation waits: a code, with the number, moment or person that it is about. */
export type QueueReason = Schemas["ReasonView"];
export type TeamQueue = Schemas["QueueTeamView"];
