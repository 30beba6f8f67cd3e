/** Why the server did not take a field, in the reader's language: its own words are English, and for developers. */
import type { TFunction } from "i18next";

import type { ApiProblem, FieldProblem } from "@/shared/api/problem";

export const FIELD_CODES = [
  "not_a_choice",
  "not_a_number",
  "not_there",
  "overlaps",
  "repeated",
  "required",
  "too_few",
  "too_large",
  "too_long",
  "too_many",
  "too_short",
  "too_small",
  "unknown_field",
  "wrong_format",
] as const;

/** Codes of a whole problem that say what is wrong with the field it names. */
const PROBLEM_CODES = [
  "archived",
  "broken_variable",
  "name_taken",
  "unknown_attendant",
  "unknown_label",
  "unknown_tag",
  "unknown_team",
  "unknown_type",
  "unknown_variable",
] as const;

export function fieldRefusal(problem: ApiProblem, field: FieldProblem, t: TFunction<"routing">): string {
  const code = FIELD_CODES.find((one) => one === field.code);
  // A bound that is not named cannot be said.
  if (code !== undefined && !(code.startsWith("too_") && field.limit === undefined)) {
    // "few" and "many" at the end of a key are forms of a plural.
    const key = code === "too_few" ? "fewer" : code === "too_many" ? "more" : code;
    return t(`refused.${key}`, { limit: field.limit ?? 0 });
  }
  const known = PROBLEM_CODES.find((one) => one === problem.code);
  return known === undefined ? t("refused.unnamed") : t(`refused.${known}`, { opening: "{{", closing: "}}" });
}
