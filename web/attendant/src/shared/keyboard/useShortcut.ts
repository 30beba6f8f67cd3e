import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

import { commands, type Command } from "@/shared/keyboard/registry";

interface Shortcut extends Omit<Command, "keys"> {
  /** `"e"`, `["j", "arrowdown"]`; the first is the one that is shown. Without: in the palette only. */
  keys?: string | readonly string[];
  /** False: it does not exist now. */
  enabled?: boolean;
}

/** An action by key and in the palette, for as long as the component is there. */
export function useShortcut({ keys = [], enabled = true, run, label, scope, ...rest }: Shortcut): void {
  const runNow = useEffectEvent(run);
  const { whileTyping = false, inDialogs = false, repeats = false, notInPalette = false } = rest;
  const joined = (typeof keys === "string" ? [keys] : keys).join("\n");
  useEffect(() => {
    if (!enabled) return undefined;
    const all = joined === "" ? [] : joined.split("\n");
    return commands.register({
      keys: all,
      label,
      scope,
      run: () => runNow(),
      whileTyping,
      inDialogs,
      repeats,
      notInPalette,
    });
  }, [enabled, joined, label, scope, whileTyping, inDialogs, repeats, notInPalette]);
}

/** All commands that can be run now. */
export function useCommands(): readonly Command[] {
  return useSyncExternalStore(commands.subscribe, commands.list);
}

/** In the place of a dialog that is being loaded: what is typed meanwhile is no command. */
export function KeysHeld(): null {
  useEffect(() => commands.hold(), []);
  return null;
}

/** Makes the keys work; once, in the app. */
export function useKeyboard(): void {
  useEffect(() => {
    window.addEventListener("keydown", commands.handle);
    return () => window.removeEventListener("keydown", commands.handle);
  }, []);
}
