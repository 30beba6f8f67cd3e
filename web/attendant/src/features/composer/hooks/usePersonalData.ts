import { useMemo } from "react";

import { personalDataIn, type PersonalData } from "../model/personalData";

/** `variable`: the customer's data that a quick reply has put in. */
export type PersonalFinding = PersonalData | "variable";

const NOTHING: readonly PersonalFinding[] = [];

/** What of a draft should not be read by everybody. `inserted` are the values that quick replies have put into it. */
export function usePersonalData(
  text: string,
  isPublic: boolean,
  inserted: readonly string[],
): readonly PersonalFinding[] {
  return useMemo(() => {
    if (!isPublic || text.trim() === "") return NOTHING;
    const found: PersonalFinding[] = personalDataIn(text);
    if (inserted.some((value) => text.includes(value))) found.push("variable");
    return found.length === 0 ? NOTHING : found;
  }, [text, isPublic, inserted]);
}
