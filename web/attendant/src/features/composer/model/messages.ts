/** What a draft becomes: the messages that go out, or why it cannot go. */
import type { Attachment, Capabilities, NoteLimits } from "@/shared/api/types";
import type { Draft, DraftFile, DraftMode } from "@/shared/conversations/drafts";
import type { NewBody } from "@/shared/conversations/outgoing";
import { gapIn } from "@/shared/replies/replies";
import { lengthOf, mayReach, partsOf, type TextLimit } from "@/shared/text/lengths";

import { problemOfFile, takesCaption, waysToSend, type FileProblem, type SentAs } from "./files";

export interface Limits {
  capabilities: Capabilities;
  notes: NoteLimits;
}

export interface PlannedMessage {
  body: NewBody;
  files: DraftFile[];
}

export type Obstacle =
  | { code: "empty" }
  | { code: "too_long"; over: number; max: number; unit: TextLimit["unit"] }
  | { code: "file"; file: DraftFile; problem: FileProblem }
  | { code: "no_text" }
  /** A variable of a quick reply that nobody has filled in. */
  | { code: "gap"; text: string };

/** How long a text may be in this mode. */
export function textLimit(mode: DraftMode, { capabilities, notes }: Limits): TextLimit {
  return mode === "note" ? notes.text : capabilities.text;
}

/** In how many parts the text goes out, where it is too long for one. */
export function partsCount(draft: Draft, mode: DraftMode, limits: Limits): number {
  if (mode === "note" || draft.text.trim() === "") return 1;
  const underFile = draft.files.length > 0 && !textGoesAlone(draft, mode, limits);
  return underFile ? 1 : partsOf(draft.text, limits.capabilities.text).length;
}

/** Why the draft cannot be sent as it is; null when it can. */
export function obstacleTo(draft: Draft, mode: DraftMode, limits: Limits): Obstacle | null {
  if (draft.text.trim() === "" && draft.files.length === 0) return { code: "empty" };
  const { max_length: max, unit } = textLimit(mode, limits);
  const over = mayReach(draft.text, max, unit) ? lengthOf(draft.text, unit) - max : 0;
  if (over > 0) return { code: "too_long", over, max, unit };
  const gap = gapIn(draft.text);
  if (gap !== null) return { code: "gap", text: gap.text };
  if (mode === "note") return null;
  if (draft.text.trim() !== "" && !limits.capabilities.sends.includes("text")) return { code: "no_text" };
  for (const file of draft.files) {
    const problem = problemOfFile(file, file.as, limits.capabilities);
    if (problem !== null) return { code: "file", file, problem };
  }
  return null;
}

/**
 * The messages, in order. As many files as the channel takes go into one; the text goes under the first file that can
 * have one, or before all of them where it does not fit there.
 */
export function messagesOf(draft: Draft, mode: DraftMode, limits: Limits): PlannedMessage[] {
  const direction = mode === "note" ? "note" : "outbound";
  const text = draft.text.trim() === "" ? null : draft.text;
  const perMessage = mode === "note" ? limits.notes.files_per_message : limits.capabilities.files_per_message;
  const runs = mode === "note" ? [draft.files] : byWay(draft.files, limits.capabilities);
  const groups = runs.flatMap((files) => inGroups(files, Math.max(1, perMessage)));
  const messages = groups.map((files): PlannedMessage => ({
    files,
    body: {
      direction,
      attachment_ids: files.map((file) => file.id),
      ...(mode === "reply" && kindIn(files, limits.capabilities)),
    },
  }));
  const under = text === null ? undefined : messages.find(({ files }) => canCarry(text, files[0], mode, limits));
  if (under !== undefined) under.body.text = text;
  else if (text !== null) messages.unshift({ files: [], body: { direction, text } });
  const first = messages[0];
  if (first !== undefined && draft.replyTo !== null) first.body.reply_to = draft.replyTo;
  return messages;
}

/** Whether the text of a draft with files goes out as a message of its own, which people should know beforehand. */
export function textGoesAlone(draft: Draft, mode: DraftMode, limits: Limits): boolean {
  if (draft.files.length === 0 || draft.text.trim() === "") return false;
  return messagesOf(draft, mode, limits)[0]?.files.length === 0;
}

/** What goes out as one message is of one kind, or pictures and videos; a voice message or a sticker stands alone. */
function byWay(files: readonly DraftFile[], capabilities: Capabilities): DraftFile[][] {
  const runs: DraftFile[][] = [];
  let last: SentAs | undefined;
  for (const file of files) {
    const found = file.as ?? waysToSend(file.mime_type, capabilities)[0];
    const way = found === "video" ? "image" : found;
    const joins = way === last && way !== "voice" && way !== "sticker";
    const run = runs.at(-1);
    if (joins && run !== undefined) run.push(file);
    else runs.push([file]);
    last = way;
  }
  return runs;
}

function kindIn(files: readonly DraftFile[], capabilities: Capabilities): NewBody {
  const [file] = files;
  if (file === undefined) return {};
  const way = file.as ?? waysToSend(file.mime_type, capabilities)[0];
  if (way === undefined) return {};
  return way === "voice" ? { kind: "audio", voice: true } : { kind: way };
}

function canCarry(text: string, file: DraftFile | undefined, mode: DraftMode, limits: Limits): boolean {
  if (file === undefined) return false;
  if (mode === "note") return true;
  const { capabilities } = limits;
  const way = file.as ?? waysToSend(file.mime_type, capabilities)[0];
  const { caption } = capabilities;
  return (
    Boolean(caption) && takesCaption(way, capabilities) && lengthOf(text, caption?.unit) <= (caption?.max_length ?? 0)
  );
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size));
  return groups;
}

/** The file as a message of the thread shows it until the server's copy comes. */
export function attachmentOf(file: DraftFile): Attachment {
  const url = contentUrl(file.id);
  return { id: file.id, name: file.name, mime_type: file.mime_type, size: file.size, url, state: "ready" };
}

export const contentUrl = (attachmentId: string) => `/api/v1/attachments/${encodeURIComponent(attachmentId)}/content`;
