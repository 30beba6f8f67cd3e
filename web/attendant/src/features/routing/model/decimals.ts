/** How a decimal number is written and may be typed. Pure. */

/** Shown as the language writes it ("0,5", "0.5"); both signs may be typed. */
export function decimalSeparator(language: string): { decimalSeparator: string; allowedDecimalSeparators: string[] } {
  const found = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === "decimal");
  return { decimalSeparator: found?.value ?? ",", allowedDecimalSeparators: [",", "."] };
}
