/** What stands around a message: what it is about, what it was sent with. The same for every channel. Pure. */
import type { Attachment, Message } from "@/shared/api/types";
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];
export type Shared = Schemas["Shared"];

/** The part of a content that any message of a customer may have. */
interface InContext {
  shared?: Shared | null;
  quote?: string | null;
  forwarded_from?: string | null;
  album?: Schemas["Album"] | null;
  poll?: Schemas["Poll"] | null;
}

export const contextOf = (message: Pick<Message, "content">): InContext => message.content as InContext;

/** The files that somebody sent; those with a role are pictures of what the message is about. */
export function filesOf({ attachments }: Pick<Message, "attachments">): Attachment[] {
  return attachments.some(({ role }) => role) ? attachments.filter(({ role }) => !role) : attachments;
}

/** The picture of the story or post that a message is about. */
export function sharedFileOf({ attachments }: Pick<Message, "attachments">): Attachment | undefined {
  return attachments.find(({ role }) => role === "story" || role === "shared");
}

export const isPicture = (file: Attachment): boolean => file.mime_type.startsWith("image/");
export const isVideo = (file: Attachment): boolean => file.mime_type.startsWith("video/");

/** A story is gone after a day, and with it the link to it. */
const STORY_MS = 24 * 3_600_000;

/** Whether a link to what was shared leads nowhere by now. */
export function isExpired(shared: Shared, occurredAt: string, now: number): boolean {
  return shared.type.startsWith("story") && Date.parse(occurredAt) + STORY_MS <= now;
}
