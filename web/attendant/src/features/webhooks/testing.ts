/** Endpoints for tests. */
import type { EventType, Webhook } from "./api/types";

export function webhook(id: string, change: Partial<Webhook> = {}): Webhook {
  return {
    id,
    url: "https://crm.example.com/hooks/atendimento",
    description: "CRM",
    state: "enabled",
    enabled: true,
    state_since: "2026-11-20T12:00:00Z",
    disabled_reason: null,
    event_types: ["message.*"],
    filters: { channel: [], team_id: [], label: [], type_id: [] },
    expression: null,
    fields: null,
    template: null,
    headers: {},
    auth: { kind: "none", client_certificate: null },
    secrets: [{ created_at: "2026-11-20T12:00:00Z", until: null }],
    rate_limit_per_second: null,
    ordered: false,
    concurrency: 20,
    retry_seconds: [5, 30, 120],
    disable_after_hours: 120,
    while_paused: "keep",
    failing: null,
    health: { status: "healthy", waiting: 0, oldest_due_at: null, breaker: "closed", hours: [], last_failure: null },
    version: 1,
    created_at: "2026-11-20T12:00:00Z",
    changed_at: "2026-11-20T12:00:00Z",
    ...change,
  };
}

export function eventType(type: string, data: EventType["example"] = {}): EventType {
  return {
    type,
    group: type.split(".")[0] ?? "",
    description: { "pt-BR": `Isto é ${type}.`, en: `This is ${type}.`, es: `Esto es ${type}.` },
    example: { id: "e1", type, sequence: 1, data },
  };
}
