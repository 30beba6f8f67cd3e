/** Finding among a few hundred short texts of the client itself: accents and case ignored, best first. */

export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * How well a text answers a query, 0 for not at all. Each word of the query must begin a word of the text, or its
 * letters must stand in the text in their order (`cfg` finds "configurações").
 */
export function relevance(query: string, text: string): number {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  const folded = fold(text);
  let sum = 0;
  for (const word of wanted) {
    const found = ofWord(word, folded);
    if (found === 0) return 0;
    sum += found;
  }
  return wanted.length === 0 ? 1 : sum / wanted.length;
}

function ofWord(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text.charAt(at - 1)) ? inside(text, word) : 3;
  return word.length > 1 && isSpread(word, text) ? 0.5 : 0;
}

/** A later occurrence may begin a word. */
function inside(text: string, word: string): number {
  for (let at = text.indexOf(word, 1); at > 0; at = text.indexOf(word, at + 1)) {
    if (!/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return 3;
  }
  return 1.5;
}

/** Whether the letters stand in one word in their order, the first at its beginning. */
function isSpread(letters: string, text: string): boolean {
  return text.split(/[^\p{L}\p{N}]+/u).some((word) => {
    if (!word.startsWith(letters.charAt(0))) return false;
    let at = 0;
    for (const letter of word) if (letter === letters[at]) at += 1;
    return at === letters.length;
  });
}

/** Those that answer the query, the best first; of equal ones the earlier first. */
export function best<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, value: relevance(query, textOf(item)) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}
