/** How an account is doing, in the order in which somebody would look at it. Pure. */
import type { AccountWarning, Channel } from "../api/channels";

export type Mark = "good" | "warning" | "bad" | "unknown";
/** The whole in one word: what the list shows. */
export type Overall = "active" | "waiting" | "alerts" | "needs_reconnection" | "disabled";

export function overall(channel: Channel): Overall {
  if (channel.status !== "active") return channel.status;
  if (!channel.proven || isWaiting(channel)) return "waiting";
  const worst = worstWarning(channel.warnings ?? []);
  if (worst === "critical" || worst === "warning") return "alerts";
  return worstAlert(channel) === "bad" || channel.health?.quality === "RED" ? "alerts" : "active";
}

/** Connected here, but the provider has not come to the webhook's address yet. */
export function isWaiting(channel: Channel): boolean {
  return channel.webhook_url !== null && !channel.webhook_verified_at && !channel.last_webhook_at;
}

export const MARKS: Record<Overall, Mark> = {
  active: "good",
  waiting: "warning",
  alerts: "warning",
  needs_reconnection: "bad",
  disabled: "unknown",
};

const SEVERITIES: Record<string, Mark> = { info: "unknown", warning: "warning", critical: "bad" };

export function alertMark(severity: string): Mark {
  return SEVERITIES[severity] ?? "warning";
}

const RECENT_MS = 7 * 24 * 3_600_000;

/** Of the alerts of the week before the account was last looked at. */
export function worstAlert(channel: Channel): Mark {
  const until = Date.parse(channel.checked_at ?? channel.updated_at);
  const recent = (channel.health?.alerts ?? []).filter(({ at }) => until - Date.parse(at) < RECENT_MS);
  const marks = recent.map(({ severity }) => alertMark(severity));
  return marks.includes("bad") ? "bad" : marks.includes("warning") ? "warning" : "good";
}

const WORST_FIRST = ["critical", "warning", "info"] as const;

/** How bad the worst of them is; null: there is none. */
export function worstWarning(warnings: readonly Pick<AccountWarning, "severity">[]): AccountWarning["severity"] | null {
  return WORST_FIRST.find((one) => warnings.some(({ severity }) => severity === one)) ?? null;
}

/** What the account is called at its provider: the company's name there, its page, its bot. */
export function namesOf({ verified_name, page_name, bot_name, username }: Channel): string[] {
  const name = verified_name ?? page_name ?? bot_name;
  return [name, username && `@${username}`].filter((one): one is string => Boolean(one));
}

const QUALITIES: Record<string, Mark> = { GREEN: "good", YELLOW: "warning", RED: "bad" };

export function qualityMark(quality: string | null | undefined): Mark {
  return QUALITIES[quality ?? ""] ?? "unknown";
}

/** The number that customers see; some providers leave out the sign before the country's code. */
export function numberOf(channel: Channel): string | null {
  const shown = channel.display_phone_number;
  if (!shown) return null;
  const digits = shown.replace(/\D/g, "");
  return digits.length >= 8 ? `+${digits}` : shown;
}
