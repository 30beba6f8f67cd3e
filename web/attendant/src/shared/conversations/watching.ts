/** In the address of a conversation: somebody looks on. */
export const WATCHING = "watch";

/** The address of a conversation that one looks on at. */
export function watchPath(conversationId: string): string {
  return `/inbox/all/${conversationId}?${WATCHING}=1`;
}
