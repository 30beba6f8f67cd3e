import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";

import { fieldRefusal } from "../model/refusals";

export type Refused = (field: string, within?: boolean) => string | null;

/** The server names a place in a list in either way: `members[0].limit`, `members.0.limit`. */
const dotted = (field: string) => field.replace(/\[([^\]]+)\]/g, ".$1");

/** What the server refused, by field: the words that stand beside it. `within`: also of what lies in the field. */
export function useRefusals(error: unknown): Refused {
  const { t } = useTranslation("routing");
  return useCallback(
    (field, within = false) => {
      if (!(error instanceof ApiProblem)) return null;
      if (field === "name" && error.code === "name_taken") return t("form.name_taken");
      const found = error.errors.find((one) => {
        const path = dotted(one.field);
        return path === field || (within && path.startsWith(`${field}.`));
      });
      return found === undefined ? null : fieldRefusal(error, found, t);
    },
    [error, t],
  );
}
