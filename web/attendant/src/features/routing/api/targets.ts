/** When the targets of a policy would be due, before it is saved. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { TargetName, TargetValues } from "../model/targets";
import { call, keyOf } from "./items";

export interface DuePreview {
  target: TargetName;
  /** Null: the hours never open. */
  warn_at: string | null;
  due_at: string | null;
}

export function useTargetPreview(values: TargetValues, openedAt: string, enabled: boolean) {
  const body = {
    policy: { ...values, name: values.name.trim() || "-" },
    opened_at: openedAt,
    team_id: values.team_ids[0] ?? null,
    account_id: values.account_ids[0] ?? null,
  };
  return useQuery({
    enabled,
    queryKey: [...keyOf("service-levels"), "preview", body],
    queryFn: async ({ signal }) =>
      (await call<{ targets: DuePreview[] }>("POST", "/api/v1/service-levels/preview", { body, signal })).value.targets,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
