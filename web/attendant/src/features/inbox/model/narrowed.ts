import type { Narrowing } from "./address";

/** The narrowing with another type, label or tag; without a value, with none. Pure. */
export function narrowed(narrowing: Narrowing, kind: "type" | "label" | "tag", value?: string): Narrowing {
  const others = Object.fromEntries(Object.entries(narrowing).filter(([name]) => name !== kind)) as Narrowing;
  return value === undefined ? others : { ...others, [kind]: value };
}
