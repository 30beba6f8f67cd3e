import { useTranslation } from "react-i18next";

import type { EarlierChange } from "@/shared/api/problem";
import { neutralName } from "@/shared/text/neutral";

/** "Bia: Address, Headers" for each of those who changed something, in the order in which they began. */
export function useWhoChanged(
  changedName: (field: string) => string | null,
): (changes: readonly EarlierChange[]) => string[] {
  const { t } = useTranslation("routing");
  const { t: common } = useTranslation("app");
  return (changes) => {
    const fieldsOf = new Map<string, Set<string>>();
    for (const { actor, fields } of changes) {
      const named = neutralName(actor?.name ?? "") || common("handover.someone");
      const who = actor?.type === "system" ? t("form.by_itself") : named;
      const names = fields.map((field) => changedName(field) ?? t("form.other_field"));
      fieldsOf.set(who, new Set([...(fieldsOf.get(who) ?? []), ...names]));
    }
    return [...fieldsOf].map(([who, what]) => t("form.changed_by", { who, what: [...what].join(", ") }));
  };
}
