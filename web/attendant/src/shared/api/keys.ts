/** The keys of everything that is kept of the server. What lives under which key, in which shape, is said here alone. */
import type { ConversationFilter } from "@/shared/conversations/filter";

export const keys = {
  /** `Me` */
  me: () => ["me"] as const,
  /** `ClientInfo`: what the gateway says of itself before anybody signs in. */
  client: () => ["client"] as const,
  /** `ConversationList`: the loaded rows, the latest activity first. */
  lists: () => ["conversations", "list"] as const,
  list: (filter: ConversationFilter) => ["conversations", "list", filter] as const,
  /** `Counts` of the views. */
  counts: () => ["conversations", "counts"] as const,
  /** `FilterCount` of a filter that somebody has saved. */
  count: (filter: ConversationFilter) => ["conversations", "count", filter] as const,
  /** `Conversation` */
  conversation: (id: string) => ["conversations", "one", id] as const,
  /** `Taken`: that a conversation is no longer this person's, and whose it is. */
  taken: (id: string) => ["conversations", "taken", id] as const,
  /** `Thread`: the loaded messages of a conversation, oldest first. */
  thread: (conversationId: string) => ["threads", conversationId] as const,
  /** `InfiniteData<Page<TimelineEntry>>`: what happened to a conversation, the latest first. */
  timeline: (conversationId: string) => ["conversations", "timeline", conversationId] as const,
  /** `Contact` */
  contact: (id: string) => ["contacts", "one", id] as const,
  /** That a customer was erased while the client was open. */
  erased: (contactId: string) => ["erased", contactId] as const,
  /** Everything that is kept of one customer beside the conversations. */
  ofContact: (id: string) => [
    ["contacts", "one", id],
    ["contacts", "part", id],
    ["conversations", "of", id],
    ["privacy", "hold", id],
  ],
  /** `Page<Contact>` by name, or what a question finds. */
  contactLists: () => ["contacts", "list"] as const,
  /** What belongs to a record, as of one version of it: its notes, identities, duplicates, merges, files. */
  contactPart: (id: string, part: "notes" | "identities" | "duplicates" | "merges" | "files", version: number) =>
    ["contacts", "part", id, part, version] as const,
  /** Everything that the search over all messages has found. */
  searches: () => ["search"] as const,
  /** Pages of the search over all messages (`SearchPage`), by what is asked for. */
  search: (query: object) => ["search", "pages", query] as const,
  searchCount: (query: object) => ["search", "count", query] as const,
  /** What every kind of channel can do, and what notes can hold. */
  capabilities: () => ["capabilities"] as const,
  /** `Page<Channel>` */
  channels: () => ["channels"] as const,
  channel: (id: string) => ["channels", "one", id] as const,
  channelKinds: () => ["channels", "kinds"] as const,
  /** `Template[]`: all of an account. */
  templates: (accountId: string) => ["channels", "templates", accountId] as const,
  /** `Page<Attendant>` */
  attendants: () => ["attendants"] as const,
  /** `Availability[]` of all attendants. */
  availability: () => ["routing", "availability"] as const,
  /** `Queue` of all teams. */
  queue: () => ["routing", "queue"] as const,
  /** What the company sets, by the kind that its events name (`tag`): whole lists, or one policy. */
  setting: (kind: string) => ["settings", kind] as const,
  /** How much a tag, label or type is used; apart from the list, whose change does not ask for what may be gone. */
  usage: (kind: string, id: string) => ["usage", kind, id] as const,
  /** `Gone`: marks that were deleted or merged since the client was opened. */
  goneMarks: () => ["goneMarks"] as const,
  /** `ImportList`: the latest imports of contacts, and one of them. */
  imports: () => ["imports"] as const,
  import: (id: string) => ["imports", id] as const,
  /** What is asked of a customer's data: `erasures`, `log`, `retention`, `hold`, `export`. */
  privacy: (...what: string[]) => ["privacy", ...what] as const,
  /** `Storage`: what the company's files take. */
  storage: () => ["storage"] as const,
  /** Pages of the audit log. */
  audit: (filter: object) => ["audit", filter] as const,
  sessions: () => ["sessions"] as const,
  /** `Webhook[]`: all endpoints of the company. */
  webhooks: () => ["settings", "webhook"] as const,
  /** `EventType[]`: the types of events that endpoints can ask for. */
  webhookEventTypes: () => ["webhook-event-types"] as const,
  /** `Preview` of an endpoint as it would be. */
  webhookPreview: (body: object) => ["webhook-preview", body] as const,
  /** Pages of the ledger of deliveries, by what is asked for. */
  webhookDeliveries: (query?: object) => ["webhook-deliveries", "list", ...(query ? [query] : [])] as const,
  /** `DeliveryDetail` */
  webhookDelivery: (id: string) => ["webhook-deliveries", "one", id] as const,
  /** `Replay[]` of an endpoint, the latest first. */
  webhookReplays: (endpointId: string) => ["webhook-replays", "of", endpointId] as const,
  /** `ReplayCount` of what somebody may send again. */
  webhookReplayCount: (endpointId: string, wish: object | null) =>
    ["webhook-replays", "count", endpointId, wish] as const,
};
