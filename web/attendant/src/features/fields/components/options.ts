/** The options of a choice as they are typed: one per line. Pure. */
import type { Field } from "../api/fields";

type Option = NonNullable<Field["options"]>[number];

export const TYPES = ["text", "number", "date", "yes_no", "choice", "choices", "link", "email", "phone"] as const;

export const isChoice = (type: Field["type"]) => type === "choice" || type === "choices";

/**
 * The options of these lines. A line that was there keeps the value that records hold; where as many lines are left as
 * before, a line that was rewritten is the same option with another label.
 */
export function optionsOf(lines: string, before: readonly Option[]): Option[] {
  const labels = [...new Set(lines.split("\n").map((line) => line.trim().slice(0, 60)))].filter(Boolean);
  const byLabel = new Map(before.map((one) => [one.label, one.value]));
  const kept = new Set(labels.map((label) => byLabel.get(label)));
  const used = new Set<string>();
  return labels.map((label, place) => {
    const same = byLabel.get(label);
    const old = labels.length === before.length ? before[place]?.value : undefined;
    let value = same ?? (old !== undefined && !kept.has(old) ? old : label);
    while (used.has(value)) value = `${value}_`;
    used.add(value);
    return { value, label };
  });
}
