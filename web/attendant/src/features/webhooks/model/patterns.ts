/** Which types of events are chosen: single ones, whole groups (`conversation.*`), or all (`*`). Pure. */
import type { EventType } from "../api/types";

export const ALL = "*";
/** Sent by the button that tests, and never asked for. */
const TEST = "webhook.test";

export const wildcard = (group: string) => `${group}.*`;

export interface Group {
  name: string;
  types: readonly EventType[];
}

/** The types that can be chosen, by group, in the order of the catalogue. */
export function groupsOf(types: readonly EventType[]): Group[] {
  const found = new Map<string, EventType[]>();
  for (const one of types) {
    if (one.type === TEST) continue;
    found.set(one.group, [...(found.get(one.group) ?? []), one]);
  }
  return [...found].map(([name, ofIt]) => ({ name, types: ofIt }));
}

export function isChosen(patterns: readonly string[], type: string): boolean {
  return patterns.some((one) => one === ALL || one === type || one === wildcard(type.split(".")[0] ?? ""));
}

export type Choice = "all" | "some" | "none";

/** `all`: the whole group, with what it gets later. */
export function choiceOf(patterns: readonly string[], { name, types }: Group): Choice {
  if (patterns.includes(ALL) || patterns.includes(wildcard(name))) return "all";
  return types.some(({ type }) => patterns.includes(type)) ? "some" : "none";
}

/** The patterns when a whole group is chosen, or none of it. */
export function withGroup(patterns: readonly string[], group: Group, chosen: boolean): string[] {
  const others = patterns.filter((one) => one !== ALL && one.split(".")[0] !== group.name);
  return chosen ? [...others, wildcard(group.name)] : others;
}

/** The patterns when one type is chosen or not. Of a whole group the others stay, each by its name. */
export function withType(patterns: readonly string[], group: Group, type: string, chosen: boolean): string[] {
  const others = patterns.filter((one) => one !== type);
  if (chosen) return [...others, type];
  if (!others.includes(wildcard(group.name))) return others;
  const rest = group.types.filter((one) => one.type !== type).map((one) => one.type);
  return [...others.filter((one) => one !== wildcard(group.name)), ...rest];
}

/** All that may be named of an event: `data.message.text`. Of lists, what their elements have. */
export function pathsOf(value: unknown, above = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => pathsOf(one, above)))];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = above === "" ? name : `${above}.${name}`;
    return [path, ...pathsOf(inner, path)];
  });
}
