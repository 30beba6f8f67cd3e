/** What rules would have done with conversations of the past. */
import { useMutation } from "@tanstack/react-query";

import type { Priority } from "@/shared/api/types";

import type { DraftRule } from "../model/rules";
import { call } from "./items";
import type { Warning } from "./types";

export interface Outcome {
  team_id: string | null;
  attendant_id: string | null;
  priority: Priority | null;
  type_id: string | null;
  label_ids: string[];
}

export interface Told {
  conversation_id: string;
  number: number;
  contact_name: string | null;
  opened_at: string;
  happened: Outcome;
  would: Outcome;
  rule_ids: string[];
  differs: boolean;
}

export interface DryRun {
  items: Told[];
  summary: {
    looked_at: number;
    differing: number;
    unmatched: number;
    by_rule: { id: string; count: number }[];
    by_team: { team_id: string | null; count: number; happened_count: number }[];
  };
  warnings: Warning[];
}

export function useDryRun() {
  return useMutation({
    mutationFn: async (body: { rules: readonly DraftRule[]; last: number }) =>
      (await call<DryRun>("POST", "/api/v1/assignment-rules/dry-run", { body })).value,
  });
}
