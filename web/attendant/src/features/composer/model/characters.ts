/** Lengths as the API counts them: in characters (Unicode code points), not in the halves that JavaScript counts. */

/** How many characters a text has. */
export function lengthOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code <= 0xdbff && isLow(text.charCodeAt(at + 1))) {
      pairs += 1;
      at += 1;
    }
  }
  return text.length - pairs;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

const SHOWN_FROM = 0.9;

/** How many characters are left, once a text comes near its limit (negative: too many); null before. */
export function charactersLeft(text: string, max: number): number | null {
  if (text.length < max * SHOWN_FROM) return null; // there are never more characters than halves
  const length = lengthOf(text);
  return length < max * SHOWN_FROM ? null : max - length;
}
