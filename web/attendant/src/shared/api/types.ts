/** The API's shapes under the words that the client uses. They come from the gateway's OpenAPI document. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export type Attendant = Schemas["AttendantView"];
export type Me = Schemas["AttendantSelf"];
export type Conversation = Schemas["ConversationView"];
export type LastMessage = Schemas["LastMessage"];
export type Author = Schemas["AuthorView"];
export type ConversationStatus = Conversation["status"];
export type Priority = Conversation["priority"];
export type ChannelKind = Conversation["channel"]["kind"];
/** A handing over that nobody has accepted yet. */
export type Transfer = NonNullable<Conversation["transfer"]>;
/** How a conversation stands against what the company has promised itself. */
export type ServiceLevel = NonNullable<Conversation["service_level"]>;
export type ServiceTarget = ServiceLevel["targets"][number];
export type Message = Schemas["MessageView"];
export type MessageStatus = NonNullable<Message["status"]>;
export type MessageKind = Message["kind"];
/** A message of one kind, with the content of that kind. */
export type MessageOf<K extends MessageKind> = Extract<Message, { kind: K }>;
export type Attachment = Schemas["AttachmentView"];
export type MessageError = Schemas["MessageError"];
export type NewMessage = Schemas["NewMessage"];
/** A message that is to be said later. */
export type ScheduledMessage = Schemas["ScheduledMessageView"];
export type TimelineEntry = Schemas["TimelineEntryView"];
export type Contact = Schemas["ContactView"];
export type Template = Schemas["TemplateView"];
export type SignedIn = Schemas["SignedInAnswer"];

/** How many conversations a view holds, and how many of them are unread; `limit` means "that many or more". */
export type Counts = Schemas["ViewCounts"];
export type Count = Counts["mine"];

/** The same of one filter. */
export interface FilterCount extends Count {
  limit: number;
}

/** What a channel of one kind can do; every limit that the composer shows comes from here. */
export type Capabilities = Schemas["ChannelCapabilities"];
export type NoteLimits = Schemas["NoteLimits"];

/** A page of the search over all messages, and what it is made of. */
export type SearchPage = Schemas["SearchPage"];
export type SearchGroup = Schemas["SearchGroup"];
export type SearchHit = Schemas["SearchHit"];
export type SearchSnippet = Schemas["SearchSnippet"];

/** One page of a list. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
