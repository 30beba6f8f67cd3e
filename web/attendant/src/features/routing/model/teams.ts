/** What a team is at first, and what is wrong as it stands. */
import type { Strategy, ValuesOf } from "../api/types";

export const MAX_NAME = 80;
export const MAX_LOAD = 1000;
export const MAX_WEIGHT = 100;
/** The most that attendants have at once, where nothing is said. */
const USUAL_LIMIT = 5;

export type TeamValues = ValuesOf<"teams">;

export function newTeam(): TeamValues {
  return {
    name: "",
    members: [],
    strategy: "round_robin",
    limit: USUAL_LIMIT,
    team_limit: null,
    weights: {},
    knows_customer_minutes: 0,
    use_skills: false,
    greeting: null,
    hours_id: null,
  };
}

/** How the last attendant who knew the customer is preferred: not, if they can at once, or waited for. */
export type Knows = "no" | "now" | "wait";

export function knowsOf(minutes: number | null): Knows {
  if (minutes === null) return "now";
  return minutes === 0 ? "no" : "wait";
}

const WAIT_AT_FIRST = 10;

export function minutesOf(knows: Knows, before: number | null): number | null {
  if (knows === "now") return null;
  return knows === "no" ? 0 : before || WAIT_AT_FIRST;
}

/** Whether the product gives conversations away by itself. */
export const givesAway = (strategy: Strategy) => strategy !== "manual";

/** A weight of 1 is what every conversation has: it is not kept. */
export function withWeight(
  weights: TeamValues["weights"],
  kind: keyof TeamValues["weights"],
  weight: number | null,
): TeamValues["weights"] {
  const rest = Object.entries(weights).filter(([one]) => one !== kind);
  return Object.fromEntries(weight === null || weight === 1 ? rest : [...rest, [kind, weight]]);
}
