import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, CUSTOMER_WROTE, Overtaken, Unanswered } from "@/shared/api/problem";
import { neutralName } from "@/shared/text/neutral";

export interface ProblemText {
  title: string;
  text: string;
  /** What a person sends to support: the API's word and the request's id. Nothing of a customer is in it. */
  code: string;
}

type Known =
  | "offline"
  | "unavailable"
  | "rate_limited"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "customer_wrote"
  | "invalid"
  | "unknown";

const BY_STATUS: Record<number, Known> = {
  400: "invalid",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  412: "conflict",
  422: "invalid",
  429: "rate_limited",
};

/** Fields of a conversation that have words, the ones that matter first. */
const FIELDS = ["assignee", "priority", "type", "snoozed_until", "contact", "last_message", "status"] as const;

/** Words for a failed request, where the feature has no better ones of its own. */
export function useProblemText(): (error: unknown) => ProblemText {
  const { t } = useTranslation("app");
  const { t: desk } = useTranslation("desk");
  return useCallback(
    (error) => {
      const code = codeOf(error);
      if (error instanceof Overtaken) {
        const { now } = error;
        const name = (now.is === "assigned" && neutralName(now.name ?? "")) || t("handover.someone");
        return { title: t("problem.conflict.title"), text: t(`problem.overtaken.${now.is}`, { name }), code };
      }
      const kind = kindOf(error);
      const change = error instanceof ApiProblem && kind === "conflict" ? error.changes.at(-1) : undefined;
      if (change !== undefined) {
        const who = neutralName(change.actor?.name ?? "") || t("handover.someone");
        const fields = FIELDS.filter((field) => change.fields.includes(field));
        const what = (fields.length > 0 ? fields : (["other"] as const)).map((field) =>
          desk(`conflict.field.${field}`),
        );
        const text = desk("conflict.by", { who, what: what.join(", ") });
        return { title: t("problem.conflict.title"), text, code };
      }
      return { title: t(`problem.${kind}.title`), text: t(`problem.${kind}.text`), code };
    },
    [t, desk],
  );
}

function kindOf(error: unknown): Known {
  if (error instanceof Unanswered) return "offline";
  if (!(error instanceof ApiProblem)) return "unknown";
  if (error.code === CUSTOMER_WROTE) return CUSTOMER_WROTE;
  return BY_STATUS[error.status] ?? (error.status >= 500 ? "unavailable" : "unknown");
}

function codeOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.requestId === null ? error.code : `${error.code} ${error.requestId}`;
  return error instanceof Error ? error.name : "error";
}
