/** Why a conversation no longer belongs to the list in which it stood. Pure. */
import type { Conversation } from "@/shared/api/types";

export type LeftReason =
  | { reason: "closed" | "reopened" | "mine" | "queued" | "read" | "not_favourite" | "snoozed" | "awake" | "elsewhere" }
  | { reason: "assigned"; name: string };

export function whyLeft(conversation: Conversation, view: string, me: string): LeftReason {
  const { status, assignee } = conversation;
  if (view === "closed" && status !== "closed") return { reason: "reopened" };
  if (view !== "closed" && view !== "favourites" && status === "closed") return { reason: "closed" };
  if (status === "snoozed" && (view === "mine" || view === "queue")) return { reason: "snoozed" };
  if (status !== "snoozed" && view === "snoozed") return { reason: "awake" };
  if (view === "favourites" && !conversation.favourite) return { reason: "not_favourite" };
  if (assignee && assignee.id !== me && view !== "all") return { reason: "assigned", name: assignee.name ?? "" };
  if (assignee?.id === me && view === "queue") return { reason: "mine" };
  if (!assignee && view === "mine") return { reason: "queued" };
  return { reason: conversation.unread_count === 0 ? "read" : "elsewhere" };
}
