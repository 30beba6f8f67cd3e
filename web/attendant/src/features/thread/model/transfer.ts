/** What a handing over that nobody has accepted yet is to somebody. Pure. */
import type { Conversation, Transfer } from "@/shared/api/types";

export type TransferPart = "receiver" | "giver" | "other";

/** Whose turn it is: who is to accept it, who gave it and can take it back, or somebody who only sees it. */
export function partIn(transfer: Transfer, me: string): TransferPart {
  if (transfer.to_attendant?.id === me) return "receiver";
  return transfer.by?.id === me ? "giver" : "other";
}

type BackTo = { attendant_id: string } | { team_id: string } | { attendant_id: null };

/** Where a conversation goes back to that was handed over: to whom, or where, it was. */
export function backTo(transfer: Transfer): BackTo {
  if (transfer.from_attendant) return { attendant_id: transfer.from_attendant.id };
  return transfer.from_team ? { team_id: transfer.from_team.id } : { attendant_id: null };
}

/** The same of a conversation as it was before it was handed over. */
export function takenBackBy({ assignee, team }: Conversation): BackTo {
  if (assignee) return { attendant_id: assignee.id };
  return team ? { team_id: team.id } : { attendant_id: null };
}
