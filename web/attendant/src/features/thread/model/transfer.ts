/** What a handing over that nobody has accepted yet is to somebody. Pure. */
import type { Transfer } from "@/shared/api/types";

export type TransferPart = "receiver" | "giver" | "other";

/** Whose turn it is: who is to accept it, who gave it and can take it back, or somebody who only sees it. */
export function partIn(transfer: Transfer, me: string): TransferPart {
  if (transfer.to_attendant?.id === me) return "receiver";
  return transfer.by?.id === me ? "giver" : "other";
}
