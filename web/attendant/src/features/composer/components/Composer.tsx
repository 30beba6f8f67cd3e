interface Props {
  conversationId: string;
}

/** Where an answer or a note is written. */
export function Composer({ conversationId }: Props) {
  return <form data-conversation={conversationId} />;
}
