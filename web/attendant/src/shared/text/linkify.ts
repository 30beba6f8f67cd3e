/** Finds addresses in a text. Only http, https, mailto and tel become links; everything else stays text. */
import { TURNS_DIRECTION } from "@/shared/text/neutral";

export type Segment = { text: string } | { text: string; href: string };

// No part of it can match the same characters in two ways, so that a long text costs as much as its length.
const CANDIDATE =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`\u00a0]{1,2048}|\b(?:mailto|tel):[^\s<>"'`]{1,256}|(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/giu;
const TRAILING = /[.,;:!?…*_~'"”’»\]]+$/u;
const ALLOWED = new Set(["http:", "https:", "mailto:", "tel:"]);

export function linkify(text: string): Segment[] {
  const found: Segment[] = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const written = trimmed(match[0]);
    const href = addressOf(written);
    if (href === null) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index) });
    found.push({ text: written, href });
    done = match.index + written.length;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}

/** Without the sentence's own signs at its end; a closing bracket stays when it was opened inside. */
function trimmed(written: string): string {
  const turn = TURNS_DIRECTION.exec(written);
  let left = turn === null ? written : written.slice(0, turn.index);
  for (;;) {
    const before = left.length;
    left = left.replace(TRAILING, "");
    if (left.endsWith(")") && count(left, "(") < count(left, ")")) left = left.slice(0, -1);
    if (left.length === before) return left;
  }
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function addressOf(written: string): string | null {
  const lower = written.toLowerCase();
  let address = written;
  if (lower.startsWith("www.")) address = `https://${written}`;
  else if (!/^(?:https?:\/\/|mailto:|tel:)/.test(lower)) address = `mailto:${written}`;
  return safeHref(address);
}

/** The address when it may be followed from a message, else null. */
export function safeHref(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return null;
  }
  if (!ALLOWED.has(url.protocol)) return null;
  if (url.protocol.startsWith("http") && !url.hostname.includes(".") && url.hostname !== "localhost") return null;
  return url.href;
}
