/** Whether a key belongs to a character that is being composed (dead keys, accents, input methods): it is not a command. */
export function isComposing(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  // Safari sends the Enter that ends a composition after it; only the old code 229 tells that key from a real Enter.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  return event.isComposing || event.keyCode === 229;
}
