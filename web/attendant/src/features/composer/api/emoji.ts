/** The emojis with their names in the attendants' languages, from the client's own files: nothing is asked of others. */
import type { EmojiData, SkinTone } from "frimousse";

import type { Language } from "@/shared/i18n";

import type { NamedEmoji } from "../model/completion";

interface Entry {
  emoji: string;
  hexcode: string;
  label: string;
  tags?: string[];
  group?: number;
  version: number;
  skins?: { emoji: string; tone?: number | number[] }[];
}

interface Messages {
  groups: { key: string; message: string; order: number }[];
  skinTones: { key: string; message: string }[];
}

interface Names {
  entries: Entry[];
  messages: Messages;
}

/** What every system of the last years can draw. */
const NEWEST_VERSION = 15;
const COMPONENTS = 2;
const TONES: Record<number, Exclude<SkinTone, "none">> = {
  1: "light",
  2: "medium-light",
  3: "medium",
  4: "medium-dark",
  5: "dark",
};

const LOADERS: Record<Language, () => Promise<Names>> = {
  "pt-BR": async () =>
    names(await import("emojibase-data/pt/data.json"), await import("emojibase-data/pt/messages.json")),
  en: async () => names(await import("emojibase-data/en/data.json"), await import("emojibase-data/en/messages.json")),
  es: async () => names(await import("emojibase-data/es/data.json"), await import("emojibase-data/es/messages.json")),
};

function names(data: { default: unknown }, messages: { default: unknown }): Names {
  return { entries: data.default as Entry[], messages: messages.default as Messages };
}

const usable = (entry: Entry) =>
  entry.version <= NEWEST_VERSION && entry.group !== undefined && entry.group !== COMPONENTS;

/** For the picker. */
export async function emojiData(language: Language): Promise<EmojiData> {
  const { entries, messages } = await LOADERS[language]();
  const tones = messages.skinTones.map(({ key, message }) => [key, message] as const);
  return {
    locale: language,
    categories: messages.groups
      .filter(({ order }) => order !== COMPONENTS)
      .map(({ order, message }) => ({ index: order, label: message.charAt(0).toUpperCase() + message.slice(1) })),
    skinTones: Object.fromEntries(tones) as EmojiData["skinTones"],
    emojis: entries.filter(usable).map((entry) => ({
      emoji: entry.emoji,
      category: entry.group ?? 0,
      label: entry.label,
      version: entry.version,
      tags: entry.tags ?? [],
      ...(skinsOf(entry) && { skins: skinsOf(entry) }),
    })),
  };
}

function skinsOf(entry: Entry): Record<Exclude<SkinTone, "none">, string> | undefined {
  const skins = entry.skins?.flatMap(({ tone, emoji }) => {
    const name = typeof tone === "number" ? TONES[tone] : undefined;
    return name === undefined ? [] : [[name, emoji] as const];
  });
  if (skins?.length !== Object.keys(TONES).length) return undefined;
  return Object.fromEntries(skins) as Record<Exclude<SkinTone, "none">, string>;
}

/** For `:smile:`; the names between colons are those that people know from elsewhere. */
export async function namedEmojis(language: Language): Promise<NamedEmoji[]> {
  const [{ entries }, codes] = await Promise.all([
    LOADERS[language](),
    import("emojibase-data/en/shortcodes/github.json"),
  ]);
  const known = codes.default as Record<string, string | string[]>;
  return entries.filter(usable).flatMap(({ emoji, hexcode, label, tags = [] }) => {
    const found = known[hexcode] ?? [];
    const all = typeof found === "string" ? [found] : found;
    const words = [label, ...tags, ...all.map((code) => code.replaceAll("_", " "))].join(" ");
    return (all.length > 0 ? all : [label.replaceAll(" ", "_")]).map((code) => ({ emoji, code, words }));
  });
}
