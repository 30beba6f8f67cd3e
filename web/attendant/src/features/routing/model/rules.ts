/** Assignment rules: what one is at first, and what keeps it from being sent. Pure. */
import type { About, Rule, RuleCondition, ValuesOf } from "../api/types";
import { valuesOf } from "./values";

export const MAX_NAME = 80;
export const MAX_RULES = 100;
export const MAX_CONDITIONS = 20;
export const MAX_VALUES = 50;
export const MAX_LABELS = 10;
/** Past conversations of one dry run: how many can be chosen. */
export const PAST = [50, 200, 1000] as const;

export type RuleValues = ValuesOf<"assignment-rules">;

export function newRule(): RuleValues {
  return {
    name: "",
    enabled: true,
    match: "all",
    conditions: [],
    team_id: null,
    attendant_id: null,
    priority: null,
    type_id: null,
    label_ids: [],
    goes_on: false,
  };
}

export function newCondition(about: About): RuleCondition {
  const values = about === "hours" ? ["outside"] : about === "customer" ? ["new"] : [];
  return { about, values, field: null, negated: false };
}

/** What is looked at with a list of its own to choose from; the others are typed. */
export const isTyped = (about: About) => about === "word" || about === "field";
/** What has but two answers. */
export const hasTwo = (about: About) => about === "hours" || about === "customer";

/** Whether it does anything. A rule that does nothing and stops keeps conversations from the rules after it. */
export const does = (rule: RuleValues) =>
  rule.team_id !== null ||
  rule.attendant_id !== null ||
  rule.priority !== null ||
  rule.type_id !== null ||
  rule.label_ids.length > 0;

export interface Mistakes {
  name: boolean;
  /** Conditions without a value or without a field. */
  conditions: ReadonlySet<number>;
  nothing: boolean;
}

export function mistakes(rule: RuleValues): Mistakes {
  const wrong = rule.conditions.flatMap(({ about, values, field }, at) =>
    values.length === 0 || (about === "field" && !field) ? [at] : [],
  );
  return { name: rule.name.trim() === "", conditions: new Set(wrong), nothing: rule.goes_on && !does(rule) };
}

export const isRight = ({ name, conditions, nothing }: Mistakes) => !name && conditions.size === 0 && !nothing;

/** A rule of the dry run: one that is not saved has an id of its own. */
export type DraftRule = RuleValues & { id: string };

export const UNSAVED = "unsaved";

/** All rules as they would be: with this one in its place, or at the end. */
export function withDraft(rules: readonly Rule[], id: string | null, values: RuleValues): DraftRule[] {
  const stored = rules.map((rule) => (rule.id === id ? { ...values, id: rule.id } : draftOf(rule)));
  return id === null ? [...stored, { ...values, id: UNSAVED }] : stored;
}

export const draftOf = (rule: Rule): DraftRule => ({ ...valuesOf<"assignment-rules">(rule), id: rule.id });
