/** What webhooks and origins of deliveries are called. Pure. */

/** Where a webhook leads to, without what may be secret in its address. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** What a webhook is called: what was written about it, else its host. */
export const nameOf = ({ description, url }: { description: string; url: string }): string =>
  description.trim() === "" ? hostOf(url) : description;

/** What had it sent, beside what happened: a test, somebody who sent it again, or a replay. */
export function originOf(eventType: string, replayId: string): "of_test" | "by_hand" | "replayed" {
  if (eventType === "webhook.test") return "of_test";
  return replayId.startsWith("manual") ? "by_hand" : "replayed";
}
