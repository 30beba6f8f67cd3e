import type { KeyboardEvent } from "react";

import type { Conversation } from "@/shared/api/types";
import { chordOf } from "@/shared/keyboard/keys";

import type { RowHandlers } from "../components/Row";

interface Options {
  rows: readonly Conversation[];
  handlers: RowHandlers;
  step: (by: number) => void;
  focusRow: (index: number) => void;
}

/**
 * The keys of the row with the focus. What they do is not done by the open conversation, too. Who takes one, or wants
 * to answer it, gets it opened: what they type then must not be read as keys.
 */
export function rowKeys({ rows, handlers, step, focusRow }: Options) {
  return (event: KeyboardEvent) => {
    if (event.defaultPrevented || !(event.target instanceof Element)) return;
    const row = event.target.closest("[data-row]");
    const id = row?.getAttribute("data-row");
    const conversation = rows.find((row) => row.id === id);
    const chord = chordOf(event.nativeEvent);
    if (conversation === undefined || chord === null || chord.mod || chord.alt) return;
    const open = () => row?.querySelector("a")?.click();
    const closed = conversation.status === "closed";
    const keys: Record<string, () => void> = {
      arrowdown: () => step(1),
      arrowup: () => step(-1),
      home: () => focusRow(0),
      end: () => focusRow(rows.length - 1),
      f: () => handlers.deed(conversation, "favourite"),
      x: () => handlers.select(conversation.id, false),
      "shift+x": () => handlers.select(conversation.id, true),
      ...(closed
        ? { "shift+e": () => handlers.deed(conversation, "reopen") }
        : {
            e: () => handlers.deed(conversation, "close"),
            a: () => handlers.assigning(conversation.id),
            s: () => handlers.snoozing(conversation.id),
            u: () => handlers.deed(conversation, "unread"),
            r: open,
            "shift+a": () => {
              handlers.deed(conversation, "take");
              open();
            },
          }),
    };
    const run = keys[chord.shift ? `shift+${chord.key}` : chord.key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
}
