/** What rules would have done with conversations of the past. */
import { useMutation } from "@tanstack/react-query";

import type { components } from "@/shared/api/schema";

import type { DraftRule } from "../model/rules";
import { call } from "./items";

type Schemas = components["schemas"];

export type Outcome = Schemas["OutcomeView"];
export type Told = Schemas["DryRunItem"];
export type DryRun = Schemas["DryRunView"];

export function useDryRun() {
  return useMutation({
    mutationFn: async (body: { rules: readonly DraftRule[]; last: number }) =>
      (await call<DryRun>("POST", "/api/v1/assignment-rules/dry-run", { body })).value,
  });
}
