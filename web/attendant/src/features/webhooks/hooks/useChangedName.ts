import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** Fields as changes tell them, by the heading under which the editor has them. */
const HEADINGS = {
  url: "url.title",
  description: "description.title",
  enabled: "changed_state",
  event_types: "events.title",
  filters: "filters.title",
  expression: "expression.title",
  fields: "shape.title",
  template: "shape.title",
  headers: "headers.title",
  auth: "auth.title",
  secrets: "secret.title",
  rate_limit_per_second: "rate.title",
  ordered: "ordered.title",
  concurrency: "concurrency.title",
  retry_seconds: "retries.title",
  disable_after_hours: "disabling.title",
  while_paused: "paused.title",
} as const;

/** What a changed field is called on the page; null for one of a later version. */
export function useChangedName(): (field: string) => string | null {
  const { t } = useTranslation("webhooks");
  return useCallback((field) => (field in HEADINGS ? t(HEADINGS[field as keyof typeof HEADINGS]) : null), [t]);
}
