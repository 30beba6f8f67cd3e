/** An endpoint as it is edited, and what of it is sent. Pure. */
import { changedFields } from "@/features/settings";

import type { AuthBody, AuthKind, Filters, Json, PreviewBody, Webhook, WebhookBody } from "../api/types";
import { parseRetries, retriesText } from "./retries";

export const LIMITS = {
  url: 2000,
  description: 200,
  expression: 1000,
  headers: 30,
  fields: 100,
  perSecond: 1000,
  concurrency: 100,
  disableAfterHours: 720,
} as const;

/** Credentials are not shown, so those of a later version may be others. */
export const HIDDEN = ["auth"];

export type ShapeKind = "whole" | "fields" | "template";

export interface Header {
  name: string;
  value: string;
}

/** Credentials as they are typed: those that are stored are not shown, and an empty field leaves them. */
export interface AuthDraft {
  kind: AuthKind;
  username: string;
  password: string;
  token: string;
  token_url: string;
  client_id: string;
  client_secret: string;
  scope: string;
  /** PEM to store; empty: the stored one stays, unless `certificate_removed`. */
  certificate: string;
  certificate_removed: boolean;
}

export interface EndpointDraft {
  url: string;
  description: string;
  event_types: string[];
  filters: Filters;
  expression: string;
  shape: ShapeKind;
  fields: string[];
  /** JSON as it is typed. */
  template: string;
  headers: Header[];
  auth: AuthDraft;
  rate_limit_per_second: number | null;
  ordered: boolean;
  concurrency: number;
  /** "5 s, 30 s, 2 min" */
  retries: string;
  disable_after_hours: number;
  while_paused: "keep" | "skip";
}

const NO_AUTH: AuthDraft = {
  kind: "none",
  username: "",
  password: "",
  token: "",
  token_url: "",
  client_id: "",
  client_secret: "",
  scope: "",
  certificate: "",
  certificate_removed: false,
};

const RETRY_SECONDS = [5, 30, 120, 600, 3600, 10_800, 21_600, 43_200, 86_400];

/** Where a template begins: what somebody needs most often, and how a variable is written. */
const FIRST_TEMPLATE: Json = {
  event: "{{ type }}",
  at: "{{ occurred_at }}",
  conversation: "{{ data.conversation.id }}",
  text: '{{ data.message.text | "" }}',
};

export function newEndpoint(): EndpointDraft {
  return {
    url: "",
    description: "",
    event_types: [],
    filters: { channel: [], team_id: [], label: [], type_id: [] },
    expression: "",
    shape: "whole",
    fields: [],
    template: pretty(FIRST_TEMPLATE),
    headers: [],
    auth: NO_AUTH,
    rate_limit_per_second: null,
    ordered: false,
    concurrency: 20,
    retries: retriesText(RETRY_SECONDS),
    disable_after_hours: 120,
    while_paused: "keep",
  };
}

export function draftOf(webhook: Webhook): EndpointDraft {
  const { auth, template } = webhook;
  return {
    url: webhook.url,
    description: webhook.description,
    event_types: webhook.event_types,
    filters: webhook.filters,
    expression: webhook.expression ?? "",
    shape: template !== null ? "template" : webhook.fields === null ? "whole" : "fields",
    fields: webhook.fields ?? [],
    template: pretty(template ?? FIRST_TEMPLATE),
    headers: Object.entries(webhook.headers).map(([name, value]) => ({ name, value })),
    auth: {
      ...NO_AUTH,
      kind: auth.kind,
      username: auth.username ?? "",
      token_url: auth.token_url ?? "",
      client_id: auth.client_id ?? "",
      scope: auth.scope ?? "",
    },
    rate_limit_per_second: webhook.rate_limit_per_second,
    ordered: webhook.ordered,
    concurrency: webhook.concurrency,
    retries: retriesText(webhook.retry_seconds),
    disable_after_hours: webhook.disable_after_hours,
    while_paused: webhook.while_paused,
  };
}

/** What cannot be sent as it stands, by field. `headers`: the places of those without a name. */
export interface Mistakes {
  url: boolean;
  event_types: boolean;
  fields: boolean;
  template: { line: number } | null;
  retries: boolean;
  headers: ReadonlySet<number>;
  /** Credentials of the kind that are neither typed nor stored. */
  auth: ReadonlySet<keyof AuthDraft>;
}

const NEEDED: Record<AuthKind, readonly (keyof AuthDraft)[]> = {
  none: [],
  basic: ["username"],
  bearer: ["token"],
  oauth2: ["token_url", "client_id", "client_secret"],
};
const SECRET = new Set<keyof AuthDraft>(["password", "token", "client_secret"]);

export function mistakes(draft: EndpointDraft, stored: Webhook | null): Mistakes {
  return {
    url: !/^https?:\/\/[^\s/]/i.test(draft.url.trim()),
    event_types: draft.event_types.length === 0,
    fields: draft.shape === "fields" && draft.fields.length === 0,
    template: draft.shape === "template" ? brokenAt(draft.template) : null,
    retries: parseRetries(draft.retries) === null,
    headers: new Set(draft.headers.flatMap(({ name, value }, at) => (name.trim() === "" && value !== "" ? [at] : []))),
    auth: new Set(
      NEEDED[draft.auth.kind].filter((name) => draft.auth[name] === "" && !isStored(name, draft.auth, stored)),
    ),
  };
}

/** Whether a secret is kept that may be left out. That of an OAuth client is not handed to another address. */
export function isStored(name: keyof AuthDraft, auth: AuthDraft, stored: Webhook | null): boolean {
  if (stored === null || stored.auth.kind !== auth.kind || !SECRET.has(name)) return false;
  return name !== "client_secret" || stored.auth.token_url === auth.token_url;
}

export function isRight(found: Mistakes): boolean {
  return Object.values(found).every((one: Mistakes[keyof Mistakes]) => {
    if (typeof one === "object" && one !== null) return "size" in one && one.size === 0;
    return !one;
  });
}

/** What is sent of a draft that is right. */
export function bodyOf(draft: EndpointDraft): WebhookBody {
  return {
    url: draft.url.trim(),
    description: draft.description.trim(),
    ...previewOf(draft),
    headers: Object.fromEntries(
      draft.headers.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]),
    ),
    auth: authBody(draft.auth),
    rate_limit_per_second: draft.rate_limit_per_second,
    ordered: draft.ordered,
    concurrency: draft.concurrency,
    retry_seconds: parseRetries(draft.retries) ?? [],
    disable_after_hours: draft.disable_after_hours,
    while_paused: draft.while_paused,
  };
}

/** What decides which events are sent, and as what. */
export function previewOf(draft: EndpointDraft): PreviewBody {
  return {
    event_types: draft.event_types,
    filters: draft.filters,
    expression: draft.expression.trim() === "" ? null : draft.expression,
    fields: draft.shape === "fields" ? draft.fields : null,
    template: draft.shape === "template" ? parsed(draft.template) : null,
  };
}

/** What of an endpoint was changed: the rest is left as it is stored, its credentials above all. */
export function changesOf(draft: EndpointDraft, stored: Webhook): Partial<WebhookBody> {
  return changedFields(bodyOf(draftOf(stored)), bodyOf(draft));
}

function authBody(auth: AuthDraft): AuthBody {
  const certificate =
    auth.certificate.trim() !== ""
      ? { client_certificate_pem: auth.certificate }
      : auth.certificate_removed
        ? { client_certificate_pem: null }
        : {};
  const typed = (...names: ("username" | "password" | "token" | "token_url" | "client_id" | "client_secret")[]) =>
    Object.fromEntries(names.filter((name) => auth[name] !== "").map((name) => [name, auth[name]]));
  const credentials: Record<AuthKind, object> = {
    none: {},
    basic: typed("username", "password"),
    bearer: typed("token"),
    oauth2: { ...typed("token_url", "client_id", "client_secret"), scope: auth.scope.trim() || null },
  };
  return { kind: auth.kind, ...credentials[auth.kind], ...certificate };
}

export function pretty(value: Json): string {
  return JSON.stringify(value, null, 2);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** In which line a text stops to be JSON; null when it is. `null` alone is none: it would send everything. */
export function brokenAt(text: string): { line: number } | null {
  try {
    return JSON.parse(text) === null ? { line: 1 } : null;
  } catch (error) {
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : "");
    const before = place === null ? text : text.slice(0, Number(place[1]));
    return { line: before.split("\n").length };
  }
}
