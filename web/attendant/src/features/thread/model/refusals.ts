/** Why the server did not take a message, in words. */
import type { TFunction } from "i18next";

import type { OutgoingProblem } from "@/shared/conversations/outgoing";

const KNOWN = [
  "window_closed",
  "conversation_closed",
  "kind_not_supported",
  "mention_not_seen",
  "too_long",
  "too_large",
  "unknown_template",
  "forbidden",
  "not_found",
  "invalid",
] as const;

export function refusalText(problem: OutgoingProblem | null, t: TFunction<"thread">): string {
  const known = KNOWN.find((code) => code === problem?.code);
  return known === undefined ? t("refused.other") : t(`refused.${known}`);
}
