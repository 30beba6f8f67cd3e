/** The request of a delivery as a command for a terminal. Pure. */
import type { SentRequest } from "../api/ledgerTypes";

/** What curl says itself, or what belongs to one connection. */
const LEFT_OUT = new Set(["host", "content-length", "connection", "accept-encoding", "transfer-encoding"]);

/** Stands for a value that is not shown. */
const HIDDEN = "…";

/** Between single quotes a shell changes nothing but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command. `url`: where the webhook leads to, if that is known. Its body is given raw: one that begins with `@`
 * names no file. What was hidden in a header (`authorization`) has to be filled in by hand.
 */
export function curlOf(request: SentRequest, url: string | undefined): string {
  const lines = [`curl --request POST ${quoted(url ?? `https://${request.url_host ?? "example.com"}/`)}`];
  for (const { name, value } of request.headers) {
    if (!LEFT_OUT.has(name.toLowerCase())) lines.push(`--header ${quoted(`${name}: ${value ?? HIDDEN}`)}`);
  }
  if (request.body !== null) lines.push(`--data-raw ${quoted(request.body)}`);
  return lines.join(" \\\n  ");
}
