/** What a channel makes of a file: as what it can be sent, or why not. */
import type { Capabilities } from "@/shared/api/types";

export type FileLimit = Capabilities["files"][number];
export type FileKind = FileLimit["kind"];
/** As what a file goes out: one of the channel's kinds, or a voice message. */
export type SentAs = FileKind | "voice";

export interface FileFacts {
  name: string;
  mime_type: string;
  size: number | null;
}

export type FileProblem = { why: "type" } | { why: "size"; max: number } | { why: "empty" };

type FileRules = Pick<Capabilities, "files" | "voice">;

/** What browsers and systems call some types otherwise than the API, which reads them from the content. */
const RENAMED: Record<string, string> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "audio/mp3": "audio/mpeg",
  "audio/x-m4a": "audio/mp4",
  "audio/m4a": "audio/mp4",
  "audio/x-aac": "audio/aac",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
  "application/x-pdf": "application/pdf",
};

const OFFICE = "application/vnd.openxmlformats-officedocument";
const BY_ENDING: Record<string, string> = {
  pdf: "application/pdf",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  mp4: "video/mp4",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  txt: "text/plain",
  csv: "text/plain",
};

/** The type that the API will most likely find; empty where the browser does not know. */
export function likelyType(file: { name: string; type: string }): string {
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  const known = BY_ENDING[ending];
  const type = (file.type.split(";")[0] ?? "").trim().toLowerCase();
  if (known === "text/plain" || type.startsWith("text/")) return "text/plain"; // CSV is called Excel by Windows
  return RENAMED[type] ?? (type || (known ?? ""));
}

/** All that a file of this type can be sent as, the usual first. */
export function waysToSend(mimeType: string, rules: FileRules): SentAs[] {
  const kinds: SentAs[] = rules.files
    .filter((limit) => limit.mime_types.includes(mimeType))
    .map((limit) => limit.kind)
    .sort((a, b) => Number(a === "sticker") - Number(b === "sticker"));
  if (rules.voice?.mime_types.includes(mimeType) === true) kinds.push("voice");
  return kinds;
}

/** Why a file cannot be sent; null when it can, or when only the server can tell. */
export function problemOfFile(file: FileFacts, as: SentAs | undefined, rules: FileRules): FileProblem | null {
  if (file.size === 0) return { why: "empty" };
  if (file.mime_type === "") return null;
  const ways = waysToSend(file.mime_type, rules);
  const way = as ?? ways[0];
  if (way === undefined || !ways.includes(way)) return { why: "type" };
  const max = maxBytes(way, rules);
  return max !== null && file.size !== null && file.size > max ? { why: "size", max } : null;
}

function maxBytes(way: SentAs, rules: FileRules): number | null {
  if (way === "voice") return rules.voice?.max_bytes ?? null;
  const limit = rules.files.find((one) => one.kind === way);
  // Whether a picture moves is read from its content: the server decides about the smaller of the two limits.
  return limit === undefined ? null : Math.max(limit.max_bytes, limit.animated_max_bytes ?? 0);
}

/** Whether a file of this kind can have a text under it. */
export function takesCaption(way: SentAs | undefined, rules: FileRules): boolean {
  return rules.files.find((one) => one.kind === way)?.caption ?? false;
}
