import { useSearchParams } from "react-router";

import { useMay } from "@/shared/session/SessionProvider";
import { WATCHING } from "@/shared/conversations/watching";

/**
 * Looking on at a colleague's conversation: nothing is marked as read, and what is written is a note. It stands in the
 * address, so that a reload goes on with it; what is done with it is for who may change others' presence.
 */
export function useWatching() {
  const [search, setSearch] = useSearchParams();
  const may = useMay("presence:manage");
  const on = may && search.get(WATCHING) === "1";
  const put = (wanted: boolean) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (wanted) next.set(WATCHING, "1");
        else next.delete(WATCHING);
        return next;
      },
      { replace: true },
    );
  return { may, on, begin: () => put(true), end: () => put(false) };
}
