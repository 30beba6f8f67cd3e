/** The shapes of endpoints of webhooks. */
import type { Language } from "@/shared/i18n";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Filters {
  channel: string[];
  team_id: string[];
  label: string[];
  type_id: string[];
}

export type EndpointState = "enabled" | "paused" | "disabled";
export type AuthKind = "none" | "basic" | "bearer" | "oauth2";

export interface AuthView {
  kind: AuthKind;
  username?: string | null;
  token_url?: string | null;
  client_id?: string | null;
  scope?: string | null;
  client_certificate: { subject: string; expires_at: string } | null;
}

/** One of the secrets that sign now; `until`: when it stops to, null: it is the newest. */
export interface SecretView {
  created_at: string;
  until: string | null;
}

/** An hour of the last day; `failed_attempts` counts also those that were tried again. */
export interface HourOfHealth {
  at: string;
  delivered: number;
  failed_attempts: number;
}

export type HealthStatus = "healthy" | "failing" | "slowed" | "stopped" | "idle";

export interface Health {
  status: HealthStatus;
  waiting: number;
  oldest_due_at: string | null;
  breaker: "closed" | "open" | "half_open" | "recovering";
  hours: HourOfHealth[];
}

export interface Webhook {
  id: string;
  url: string;
  description: string;
  state: EndpointState;
  state_since: string;
  disabled_reason: "failing" | "gone" | null;
  event_types: string[];
  filters: Filters;
  expression: string | null;
  fields: string[] | null;
  template: Json;
  headers: Record<string, string>;
  auth: AuthView;
  secrets: SecretView[];
  rate_limit_per_second: number | null;
  ordered: boolean;
  concurrency: number;
  retry_seconds: number[];
  disable_after_hours: number;
  while_paused: "keep" | "skip";
  failing: { since: string; deliveries: number } | null;
  health: Health;
  version: number;
  created_at: string;
  changed_at: string;
}

/** How requests say who they are; what is left out stays as it is stored. */
export interface AuthBody {
  kind: AuthKind;
  username?: string;
  password?: string;
  token?: string;
  token_url?: string;
  client_id?: string;
  client_secret?: string;
  scope?: string | null;
  client_certificate_pem?: string | null;
}

/** What is sent to make or change an endpoint. */
export interface WebhookBody {
  url: string;
  description: string;
  event_types: string[];
  filters: Filters;
  expression: string | null;
  fields: string[] | null;
  template: Json;
  headers: Record<string, string>;
  auth: AuthBody;
  rate_limit_per_second: number | null;
  ordered: boolean;
  concurrency: number;
  retry_seconds: number[];
  disable_after_hours: number;
  while_paused: "keep" | "skip";
}

/** A type of event that can be asked for. */
export interface EventType {
  type: string;
  group: string;
  description: Record<Language, string>;
  example: { [name: string]: Json };
}

/** What an endpoint would have been sent of the latest events. */
export interface Preview {
  examined: number;
  matched: number;
  /** `event_id` is null where nothing matched, and the example is that of the catalogue. */
  example: { event_id: string | null; type: string; body: Json } | null;
  mistakes: { field: string; detail: string }[];
}

export interface PreviewBody extends Pick<
  WebhookBody,
  "event_types" | "filters" | "expression" | "fields" | "template"
> {
  /** Of which type the example is to be. */
  event_type?: string;
}

export type AttemptOutcome =
  | "delivered"
  | "refused"
  | "timeout"
  | "unreachable"
  | "tls"
  | "broken"
  | "not_allowed"
  | "not_authorized"
  | "unsendable";

/** `value` is null where it is not shown: it may be secret. */
export interface Header {
  name: string;
  value: string | null;
}

export interface Attempt {
  at: string;
  outcome: AttemptOutcome;
  status: number | null;
  ms: number;
  error: string | null;
  trouble: string | null;
  answer: string | null;
  answer_headers: Header[];
  retry_after: number | null;
}

/** A real request, sent once, and what was answered. */
export interface TestResult {
  delivery_id: string;
  attempt: Attempt;
  request: { url_host: string | null; headers: Header[]; body: string | null };
}
