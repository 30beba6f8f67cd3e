/** What the palette offers: entries of the client itself, which are all there, and of the server, which are searched. */
import type { ReactNode } from "react";

import type { Command, Scope } from "@/shared/keyboard/registry";
import { best } from "@/shared/text/search";

export interface PaletteEntry {
  id: string;
  label: string;
  /** Smaller, beside the label. */
  detail?: string;
  /** Found by these words too, which are not shown. */
  words?: string;
  icon?: ReactNode;
  keys?: string;
  run: () => void;
}

/** Entries under one heading. */
export interface PaletteSource {
  heading: string;
  entries: readonly PaletteEntry[];
  /** Found by the server already: not filtered here. */
  found?: boolean;
}

const SHOWN_PER_SOURCE = 8;

/** What is done with what is open stands before ways to elsewhere. */
const NEAREST: readonly Scope[] = ["lightbox", "conversation", "composer", "list", "global"];

/**
 * The commands that make sense in the palette, the nearest first, each label once: the last registered has the key.
 */
export function commandEntries(commands: readonly Command[]): PaletteEntry[] {
  const byLabel = new Map<string, Command>();
  for (const command of commands) if (command.notInPalette !== true) byLabel.set(command.label, command);
  return [...byLabel.values()]
    .sort((a, b) => NEAREST.indexOf(a.scope) - NEAREST.indexOf(b.scope))
    .map(({ label, keys: [first], run }) => ({
      id: `command ${label}`,
      label,
      run,
      ...(first !== undefined && { keys: first }),
    }));
}

/** What answers the query, source by source; sources without an answer are left out. */
export function answers(query: string, sources: readonly PaletteSource[]): PaletteSource[] {
  return sources
    .map((source) => ({ ...source, entries: shown(query, source) }))
    .filter(({ entries }) => entries.length > 0);
}

function shown(query: string, { entries, found = false }: PaletteSource): readonly PaletteEntry[] {
  const answering = found ? entries : best(query, entries, ({ label, words = "" }) => `${label} ${words}`);
  return query.trim() === "" ? answering : answering.slice(0, SHOWN_PER_SOURCE);
}
