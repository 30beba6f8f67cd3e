/** The API's shapes under the words that the client uses. They come from the gateway's OpenAPI document. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export type Attendant = Schemas["AttendantView"];
export type Me = Schemas["AttendantSelf"];
/** `waiting_since`: since when the customer waits for an answer; `first_unread_sequence`: where reading goes on. */
export type Conversation = Omit<Schemas["ConversationView"], "last_message"> & {
  last_message?: LastMessage | null;
  waiting_since?: string | null;
  first_unread_sequence?: number | null;
};
export type LastMessage = Schemas["LastMessage"] & { author?: Author | null; status?: MessageStatus | null };
export type Author = Schemas["AuthorView"];
export type ConversationStatus = Conversation["status"];
export type Priority = Conversation["priority"];
/** Of two copies the one with the higher `version` is the later one. `client_id` is what its sender's client called it. */
export type Message = Schemas["MessageView"] & { version?: number; client_id?: string | null };
export type MessageStatus = "pending" | "sent" | "delivered" | "read" | "failed";
export type MessageKind = Message["kind"];
/** A message of one kind, with the content of that kind. */
export type MessageOf<K extends MessageKind> = Extract<Message, { kind: K }>;
export type Attachment = Schemas["AttachmentView"];
export type MessageError = Schemas["MessageError"];
export type NewMessage = Schemas["NewMessage"];
export type Contact = Schemas["ContactView"];
export type Template = Schemas["TemplateView"];
export type SignedIn = Schemas["SignedInAnswer"];

/** How many conversations a view holds, and how many of them are unread; `limit` means "that many or more". */
export interface Count {
  total: number;
  unread: number;
}

export interface Counts {
  mine: Count;
  queue: Count;
  all: Count;
  favourites: Count;
  limit: number;
}

/** What a channel of one kind can do; every limit that the composer shows comes from here. */
export interface Capabilities {
  kind: string;
  name: string;
  sends: MessageKind[];
  text: { max_length: number };
  caption: { max_length: number } | null;
  files: { kind: MessageKind; mime_types: string[]; max_bytes: number; caption: boolean }[];
  files_per_message: number;
  voice: { mime_types: string[]; max_bytes: number } | null;
  interactive: {
    types: string[];
    body_max: number;
    header_max: number;
    footer_max: number;
    buttons: { max: number; title_max: number } | null;
    list: {
      sections_max: number;
      rows_max: number;
      button_max: number;
      title_max: number;
      description_max: number;
    } | null;
    link: { title_max: number } | null;
  } | null;
  templates: boolean;
  replies: boolean;
  reactions: { within_seconds: number | null } | null;
  reply_window_seconds: number | null;
  read_marks: boolean;
  typing: boolean;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
