// Control characters, and those that turn the direction of writing: `fdp.exe` must not read as `exe.pdf`.
const DECEIVING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A name that somebody outside chose, safe to show: without anything invisible that deceives. */
export function displayName(name: string | null | undefined): string {
  return (name ?? "").replace(DECEIVING, "").trim() || "—";
}

/** The name of a file that somebody outside sent, without any path. */
export function displayFileName(name: string | null | undefined): string {
  return displayName((name ?? "").split(/[\\/]/).pop());
}
