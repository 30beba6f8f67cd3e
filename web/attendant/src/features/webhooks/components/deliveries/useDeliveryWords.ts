/** What happens to a delivery, in words. */
import { useTranslation } from "react-i18next";

import type { Attempt, Delivery, WaitingFor } from "../../api/ledgerTypes";
import { pauseWords } from "../../model/deliveriesTimeline";

const REASONS = ["used_up", "gone", "unsendable", "deleted", "stopped", "erased", "event_gone", "test"] as const;

export interface DeliveryWords {
  outcome: (attempt: Pick<Attempt, "outcome" | "status">) => string;
  waiting: (waitsFor: WaitingFor, dueAt: string | null, now: number) => string;
  /** The line of a list: what the last attempt brought, or what the delivery waits for. */
  line: (delivery: Delivery, now: number) => string;
  /** Why a delivery was given up, where that is known. */
  reason: (reason: string | null) => string | null;
}

export function useDeliveryWords(): DeliveryWords {
  const { t, i18n } = useTranslation("deliveries");

  const outcome: DeliveryWords["outcome"] = (attempt) => {
    const { status } = attempt;
    if (status === null) return t(`outcome.${attempt.outcome}`);
    return attempt.outcome === "delivered" ? t("answered", { status }) : t("refused_with", { status });
  };

  const waiting: DeliveryWords["waiting"] = (waitsFor, dueAt, now) => {
    if (waitsFor !== "retry") return t(`waits.${waitsFor}`);
    const left = dueAt === null ? 0 : Date.parse(dueAt) - now;
    return left < 1000 ? t("waits.now") : t("waits.retry", { time: pauseWords(left, i18n.language) });
  };

  const reason: DeliveryWords["reason"] = (why) => {
    const known = REASONS.find((one) => one === why);
    return known === undefined ? null : t(`reason.${known}`);
  };

  const line: DeliveryWords["line"] = (delivery, now) => {
    const { state, last, waiting_for: waitsFor, due_at: dueAt } = delivery;
    if (state === "dropped") return reason(delivery.reason) ?? t("dropped_text");
    const words = last === null ? null : outcome(last);
    if (state !== "waiting" || waitsFor === null) return words ?? "—";
    const next = waiting(waitsFor, dueAt, now);
    return words === null ? next : `${words} · ${next}`;
  };

  return { outcome, waiting, line, reason };
}
