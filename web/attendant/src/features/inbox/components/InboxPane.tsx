import type { View } from "@/shared/conversations/filter";

interface Props {
  view: View;
  selectedId: string | undefined;
}

/** The views and the list of one of them. */
export function InboxPane({ view, selectedId }: Props) {
  return <nav data-view={view} data-selected={selectedId} />;
}
