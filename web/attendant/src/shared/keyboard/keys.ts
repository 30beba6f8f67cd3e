/** How a shortcut is written, matched and shown: `e`, `shift+e`, `mod+k`, `?`, `escape`, and sequences as `g i`. */

export interface Chord {
  /** As in `KeyboardEvent.key`, in lower case. */
  key: string;
  /** Command on a Mac, Control elsewhere. */
  mod: boolean;
  alt: boolean;
  shift: boolean;
}

export type Platform = "mac" | "other";

export const platform: Platform = /mac|iphone|ipad/i.test(navigator.userAgent) ? "mac" : "other";

export function parseKeys(keys: string): Chord[] {
  return keys.split(" ").map((written) => {
    const parts = written.toLowerCase().split(/\+(?=.)/);
    const key = parts.at(-1) ?? "";
    return {
      key: key === "space" ? " " : key,
      mod: parts.includes("mod"),
      alt: parts.includes("alt"),
      shift: parts.includes("shift"),
    };
  });
}

/** What was pressed; null for a modifier alone. */
export function chordOf(event: KeyboardEvent, on: Platform = platform): Chord | null {
  if (["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Unidentified"].includes(event.key))
    return null;
  // AltGr types characters (`/` or `?` on some layouts) and reports itself as Control and Alt.
  const typed = event.getModifierState("AltGraph");
  return {
    key: keyOf(event),
    mod: !typed && (on === "mac" ? event.metaKey : event.ctrlKey),
    alt: !typed && event.altKey,
    shift: event.shiftKey,
  };
}

/** The key by its character; by its place where the layout has no Latin letters, or where Alt changes the character. */
function keyOf(event: KeyboardEvent): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const foreign = event.key.length === 1 && event.key.charCodeAt(0) > 127;
  return letter !== undefined && foreign ? letter.toLowerCase() : event.key.toLowerCase();
}

export function sameChord(wanted: Chord, pressed: Chord): boolean {
  if (wanted.key !== pressed.key || wanted.mod !== pressed.mod || wanted.alt !== pressed.alt) return false;
  // Shift is part of how a sign is typed (`?`), but says something of its own beside letters and named keys.
  return isSign(wanted.key) || wanted.shift === pressed.shift;
}

function isSign(key: string): boolean {
  return key.length === 1 && !/[\p{L} ]/u.test(key);
}

const NAMES: Record<string, string> = {
  enter: "Enter",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  backspace: "⌫",
  delete: "Del",
  tab: "Tab",
  home: "Home",
  end: "End",
  pageup: "PgUp",
  pagedown: "PgDn",
};

/** The keys of each chord as they are printed on the person's keyboard: `[["Ctrl", "K"]]`, `[["⌘", "K"]]`, `[["G"], ["I"]]`. */
export function keyLabels(keys: string, on: Platform = platform): string[][] {
  return parseKeys(keys).map((chord) => {
    const labels: string[] = [];
    if (chord.mod) labels.push(on === "mac" ? "⌘" : "Ctrl");
    if (chord.alt) labels.push(on === "mac" ? "⌥" : "Alt");
    if (chord.shift) labels.push(on === "mac" ? "⇧" : "Shift");
    labels.push(NAMES[chord.key] ?? (chord.key === " " ? "␣" : chord.key.toUpperCase()));
    return labels;
  });
}

/** For `aria-keyshortcuts`, which knows no sequences. */
export function ariaKeys(keys: string, on: Platform = platform): string | undefined {
  const [chord, ...more] = parseKeys(keys);
  if (chord === undefined || more.length > 0) return undefined;
  const modifiers = [
    chord.mod && (on === "mac" ? "Meta" : "Control"),
    chord.alt && "Alt",
    chord.shift && "Shift",
  ].filter((name) => name !== false);
  const name = chord.key === " " ? "Space" : chord.key.length === 1 ? chord.key.toUpperCase() : named(chord.key);
  return [...modifiers, name].join("+");
}

function named(key: string): string {
  const arrow = /^arrow(.)(.*)$/.exec(key);
  if (arrow) return `Arrow${(arrow[1] ?? "").toUpperCase()}${arrow[2] ?? ""}`;
  return key.charAt(0).toUpperCase() + key.slice(1);
}
