/** What of the audit log is asked for. Pure. */
import type { components } from "@/shared/api/schema";
import { momentOf } from "@/shared/time/zoned";

export type Action = components["schemas"]["AuditEntryView"]["action"];

/** Actions that somebody looks for together. */
export const GROUPS = {
  session: ["session.opened", "session.refused", "session.ended", "session.reused", "token.refused"],
  attendant: ["attendant.added", "attendant.changed", "attendant.password_given", "attendant.password_changed"],
  channel: ["channel.added", "channel.changed", "channel.removed"],
  setting: ["setting.added", "setting.changed", "setting.removed", "setting.merged"],
  contact: [
    "contacts.imported",
    "contacts.import_undone",
    "contacts.exported",
    "contacts.downloaded",
    "contact.data_exported",
    "contact.data_downloaded",
    "contact.erased",
  ],
  hold: ["hold.set", "hold.released", "retention.changed"],
  transcript: ["transcript.made", "transcript.downloaded"],
  webhook: ["webhook.replayed", "webhook.replay_stopped"],
} as const satisfies Record<string, readonly Action[]>;
export type Group = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as Group[];

/** Days as "2026-11-22", in the company's zone; both are in the period. */
export interface AuditFilter {
  actor?: string | undefined;
  group?: Group | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const PAGE = 50;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The moment at which a day begins in a zone; undefined for what is no day. */
function beginOf(day: string | undefined, zone: string): number | undefined {
  const moment = day === undefined ? Number.NaN : momentOf(`${day}T00:00`, zone);
  return Number.isNaN(moment) ? undefined : moment;
}

function following(day: string | undefined): string | undefined {
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : new Date(at + DAY_MS).toISOString().slice(0, 10);
}

/** What is asked of the server. A period that ends before it begins is asked for without its end. */
export function queryOf({ actor, group, from, to }: AuditFilter, zone: string) {
  const begin = beginOf(from, zone);
  const end = beginOf(following(to), zone);
  const until = begin !== undefined && end !== undefined && end <= begin ? undefined : end;
  return {
    limit: PAGE,
    ...(actor !== undefined && { actor }),
    ...(group !== undefined && { action: [...GROUPS[group]] }),
    ...(begin !== undefined && { from: new Date(begin).toISOString() }),
    ...(until !== undefined && { to: new Date(until).toISOString() }),
  };
}

export const isFiltered = (filter: AuditFilter): boolean => Object.values(filter).some((value) => value !== undefined);
