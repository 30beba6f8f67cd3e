/**
 * A message's text in pieces: plain, links, and the emphasis that people type in messengers (*bold*, _italic_,
 * ~struck~, `code`). What is drawn are React texts and links of safe schemes: nothing of it can become markup.
 */

export type Piece =
  | { type: "text"; text: string }
  | { type: "link"; text: string; href: string }
  | { type: "bold" | "italic" | "strike"; pieces: Piece[] }
  | { type: "code"; text: string };

const EMPHASIS = { "*": "bold", _: "italic", "~": "strike" } as const;

// Bounded runs: a text of 100,000 characters is parsed in one pass.
const PATTERN =
  /(?<code>```[^`]{1,4000}```|`[^`\n]{1,1000}`)|(?<link>\bhttps?:\/\/[^\s<>"]{1,2000}|\bwww\.[^\s<>"]{1,2000})|(?<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})|(?<![\p{L}\p{N}*_~])(?<mark>[*_~])(?<inner>(?!\s)[^\n]{1,1000}?(?<!\s))\k<mark>(?![\p{L}\p{N}*_~])/gu;

/** The pieces of a text, in order; joined they are the text without its marks. */
export function parseText(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(PATTERN)) {
    if (found.index > end) pieces.push({ type: "text", text: text.slice(end, found.index) });
    pieces.push(...pieceOf(found[0], found.groups ?? {}));
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ type: "text", text: text.slice(end) });
  return pieces;
}

function pieceOf(whole: string, groups: Partial<Record<string, string>>): Piece[] {
  if (groups["code"] !== undefined) return [{ type: "code", text: whole.replace(/^`+|`+$/g, "") }];
  if (groups["mail"] !== undefined) return [{ type: "link", text: whole, href: `mailto:${whole}` }];
  if (groups["link"] !== undefined) return link(whole);
  const mark = groups["mark"] as keyof typeof EMPHASIS;
  return [{ type: EMPHASIS[mark], pieces: parseText(groups["inner"] ?? "") }];
}

/** A link, and after it the punctuation that belongs to the sentence. */
function link(whole: string): Piece[] {
  const tail = /[.,;:!?'")\]}*_~]+$/.exec(whole)?.[0] ?? "";
  const balanced = tail.startsWith(")") && whole.includes("(") ? tail.slice(1) : tail;
  const address = whole.slice(0, whole.length - balanced.length);
  const href = safeHref(address.startsWith("www.") ? `https://${address}` : address);
  if (href === null) return [{ type: "text", text: whole }];
  const pieces: Piece[] = [{ type: "link", text: address, href }];
  if (balanced !== "") pieces.push({ type: "text", text: balanced });
  return pieces;
}

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address, if following it cannot run a script: `javascript:`, `data:` and the like are null. */
export function safeHref(address: string): string | null {
  try {
    return SAFE_SCHEMES.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
