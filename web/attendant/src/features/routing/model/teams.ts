/** What a team is at first, and what is wrong as it stands. */
import type { Strategy, Texts, ValuesOf } from "../api/types";

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
    channel_limits: {},
    knows_customer_minutes: 0,
    use_skills: false,
    greeting: null,
    greetings: {},
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

/** What is said in each language: the text that a team has for all of them is that of the first one. */
export function greetingsOf({ greeting, greetings }: Pick<TeamValues, "greeting" | "greetings">): Texts {
  return { ...(greeting !== null && { "pt-BR": greeting }), ...greetings };
}

/** A weight of 1 is what every conversation has: it is not kept. */
export function withWeight(
  weights: TeamValues["weights"],
  kind: keyof TeamValues["weights"],
  weight: number | null,
): TeamValues["weights"] {
  return withAmount(weights, kind, weight === 1 ? null : weight);
}

/** Null: the kind has none of its own. */
export function withAmount(
  amounts: TeamValues["weights"],
  kind: keyof TeamValues["weights"],
  amount: number | null,
): TeamValues["weights"] {
  const rest = Object.entries(amounts).filter(([one]) => one !== kind);
  return Object.fromEntries(amount === null ? rest : [...rest, [kind, amount]]);
}
