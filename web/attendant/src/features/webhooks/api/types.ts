/** The shapes of endpoints of webhooks. */
import type { components } from "@/shared/api/schema";
import type { Language } from "@/shared/i18n";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

type Schemas = components["schemas"];

export type Filters = Schemas["FiltersView"];
export type AuthKind = Schemas["AuthView"]["kind"];
/** One of the secrets that sign now; `until`: when it stops to, null: it is the newest. */
export type SecretView = Schemas["SecretView"];
/** An hour of the last day; `failed_attempts` counts also those that were tried again. */
export type HourOfHealth = Schemas["HourView"];
export type Health = Schemas["HealthView"];
export type Failure = Schemas["FailureView"];

export interface Webhook extends Omit<Schemas["EndpointView"], "template"> {
  template: Json;
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

type Fits<Body, Ours extends Body> = Ours;

/** What is sent fits what the API takes: does it no longer, this does not compile. */
export interface Sent {
  endpoint: Fits<Partial<Omit<Schemas["EndpointBody"], "filters">>, WebhookBody>;
  preview: Fits<Partial<Omit<Schemas["WebhookDispatcherPreviewBody"], "filters">>, PreviewBody>;
}

/** A type of event that can be asked for. */
export interface EventType extends Omit<Schemas["EventTypeView"], "description" | "example"> {
  description: Record<Language, string>;
  example: { [name: string]: Json };
}

/** What an endpoint would have been sent of the latest events. */
export type Preview = Schemas["PreviewView"];

export interface PreviewBody extends Pick<
  WebhookBody,
  "event_types" | "filters" | "expression" | "fields" | "template"
> {
  /** Of which type the example is to be. */
  event_type?: string;
}

export type AttemptOutcome = Schemas["AttemptView"]["outcome"];
/** `value` is null where it is not shown: it may be secret. */
export type Header = Schemas["HeaderView"];
export type Attempt = Schemas["AttemptView"];
/** A real request, sent once, and what was answered. */
export type TestResult = Schemas["TestView"];
