/**
 * The colours that tags and labels are given. Each is drawn as a dot beside the name, with at least 3:1 to the surfaces
 * of both themes, and as a tint behind it; the name itself is always in the colour of text.
 */
export const PALETTE = [
  { name: "grey", color: "#64748b" },
  { name: "red", color: "#dc2626" },
  { name: "orange", color: "#c2570c" },
  { name: "amber", color: "#a16207" },
  { name: "lime", color: "#4d7c0f" },
  { name: "green", color: "#15803d" },
  { name: "teal", color: "#0f7f76" },
  { name: "sky", color: "#0878b3" },
  { name: "blue", color: "#2563eb" },
  { name: "violet", color: "#8b5cf6" },
  { name: "fuchsia", color: "#b32bc4" },
  { name: "pink", color: "#d61f69" },
] as const;

export type ColorName = (typeof PALETTE)[number]["name"];

export const GREY: string = PALETTE[0].color;

/** The one that is used least, in the order of the palette: so a new mark looks unlike the others. */
export function nextColor(used: readonly string[]): string {
  const uses = new Map<string, number>();
  for (const color of used) uses.set(color.toLowerCase(), (uses.get(color.toLowerCase()) ?? 0) + 1);
  const [, ...colors] = PALETTE;
  return colors.reduce((best, one) => ((uses.get(one.color) ?? 0) < (uses.get(best.color) ?? 0) ? one : best)).color;
}
