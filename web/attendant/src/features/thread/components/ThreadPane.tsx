import type { View } from "@/shared/conversations/filter";

interface Props {
  /** The view whose list stands beside it: where "back" leads on a phone. */
  view: View;
  conversationId: string | undefined;
}

/** Header, messages and composer of one conversation. */
export function ThreadPane({ view, conversationId }: Props) {
  return <section data-view={view} data-conversation={conversationId} />;
}
