import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Conversation } from "@/shared/api/types";
import type { Order } from "@/shared/conversations/filter";
import { liveOf } from "@/shared/realtime/live";

import { arrange, EMPTY, released, type Arrangement, type Hold } from "../model/arrange";

/** The rows in the order in which they are shown; `release` puts them in the server's order at once. */
export function useArrangement(
  conversations: readonly Conversation[],
  hold: Hold,
  order: Order,
): { shown: Arrangement; release: () => void } {
  const live = liveOf(useQueryClient());
  const [shown, setShown] = useState(EMPTY);
  const next = arrange(shown, conversations, hold, (id) => live.copyOf(id), order);
  if (next !== shown) setShown(next);
  return { shown: next, release: () => setShown(released(conversations, hold)) };
}
