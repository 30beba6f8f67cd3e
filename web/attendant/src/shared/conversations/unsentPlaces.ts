/** Where what was written and not sent yet is listed. */
import { useAllDrafts } from "@/shared/conversations/useAllDrafts";
import { useMyScheduled } from "@/shared/scheduled/scheduled";

export const UNSENT = ["drafts", "scheduled"] as const;
export type Unsent = (typeof UNSENT)[number];

export const unsentPath = (what: Unsent) => `/inbox/${what}`;

/** How many there are of each, and of them those that could not be sent. */
export function useUnsentCount(what: Unsent): { count: number; failed: number } {
  const drafts = useAllDrafts();
  const scheduled = useMyScheduled().data ?? [];
  if (what === "drafts") return { count: drafts.length, failed: 0 };
  return { count: scheduled.length, failed: scheduled.filter(({ state }) => state === "failed").length };
}
