interface Props {
  conversationId: string;
}

/** Who the customer of this conversation is, and what was said before. */
export function CustomerPane({ conversationId }: Props) {
  return <section data-conversation={conversationId} />;
}
