/** `/pra` in a text: which quick reply is looked for. */
export interface ReplyQuery {
  /** Where the slash stands. */
  start: number;
  /** Where the cursor stands. */
  end: number;
  /** What was typed after it. */
  query: string;
}

const LONGEST = 60;
const BEFORE_CURSOR = /(?:^|\s)(\/([\p{L}\p{N}_-]{0,40}))$/u;

/** The search at the cursor; null when there is none. An address (`http://`), a date and `e/ou` are none. */
export function replyQueryAt(text: string, cursor: number): ReplyQuery | null {
  const found = BEFORE_CURSOR.exec(text.slice(Math.max(0, cursor - LONGEST), cursor));
  if (found === null) return null;
  const [, written = "", query = ""] = found;
  return { start: cursor - written.length, end: cursor, query };
}
