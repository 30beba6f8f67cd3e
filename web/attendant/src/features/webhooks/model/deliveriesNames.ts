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

/** A delivery that somebody sent again by hand is marked so in place of a replay. */
export const isByHand = (replayId: string): boolean => replayId.startsWith("manual");
