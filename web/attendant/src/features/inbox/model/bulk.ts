/** What is asked for when an action is done with many conversations, and what becomes of those that refused. Pure. */
import type { Conversation } from "@/shared/api/types";
import type { BulkAction, BulkOutcome } from "@/shared/conversations/bulk";

/** Conversations, and what is done with them. */
export interface Step {
  conversations: readonly Conversation[];
  wanted: BulkAction;
}

export const REASONS = [
  "conversation_closed",
  "superseded",
  "conflict",
  "not_found",
  "forbidden",
  "type_required",
] as const;

/** Reasons that may not stand any more, or that an answer of the person takes away. */
const PASSING: readonly string[] = ["conflict", "type_required", "other"];

export type Reason = (typeof REASONS)[number] | "other";

export function reasonOf({ problem }: BulkOutcome): Reason {
  return REASONS.find((known) => known === problem?.["code"]) ?? "other";
}

/** Those that it can be tried with once more. */
export function retryable(failed: readonly BulkOutcome[]): ReadonlySet<string> {
  return new Set(failed.filter((one) => PASSING.includes(reasonOf(one))).map(({ id }) => id));
}

/** Those that are closed without a type. */
export function withoutType(conversations: readonly Conversation[]): readonly Conversation[] {
  return conversations.filter(({ type, status }) => !type && status !== "closed");
}

/** Closing with the type that was chosen for those that have none; the others keep theirs. */
export function closingSteps(conversations: readonly Conversation[], typeId: string): Step[] {
  const bare = withoutType(conversations);
  const others = conversations.filter((one) => !bare.includes(one));
  const steps: Step[] = [
    { conversations: bare, wanted: { action: "close", type_id: typeId } },
    { conversations: others, wanted: { action: "close" } },
  ];
  return steps.filter((step) => step.conversations.length > 0);
}

/** What takes an action back; null for those that one conversation has no way back of, either. */
export function backOf(conversations: readonly Conversation[], { action }: BulkAction): Step[] | null {
  if (action === "close") return [{ conversations, wanted: { action: "reopen" } }];
  if (action === "snooze") return [{ conversations, wanted: { action: "wake" } }];
  if (action === "classify") {
    return groups(
      conversations,
      ({ type }) => type?.id ?? null,
      (type_id) => ({ action, type_id }),
    );
  }
  if (action !== "assign") return null;
  return groups(
    conversations,
    ({ assignee }) => assignee?.id ?? null,
    (attendant_id) => ({ action, attendant_id }),
  );
}

function groups(
  conversations: readonly Conversation[],
  idOf: (one: Conversation) => string | null,
  wanted: (id: string | null) => BulkAction,
): Step[] {
  const before = Map.groupBy(conversations, idOf);
  return [...before].map(([id, theirs]) => ({ conversations: theirs, wanted: wanted(id) }));
}
