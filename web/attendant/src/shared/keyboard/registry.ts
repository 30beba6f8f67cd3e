/**
 * Every action that has a key or stands in the palette. A key runs the command that was registered last, never while
 * somebody types, composes a character or has a dialog open, unless the command asks for it.
 */
import { isComposing } from "@/shared/keyboard/composing";
import { chordOf, parseKeys, sameChord, type Chord } from "@/shared/keyboard/keys";

/** Where a command works; the headings of the keyboard list, in this order. */
export const SCOPES = ["global", "list", "conversation", "composer", "lightbox"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Command {
  /** `["e"]`, `["mod+k"]`, `["g i"]`; the first is the one that is shown. None: in the palette only. */
  keys: readonly string[];
  /** In the person's language. */
  label: string;
  scope: Scope;
  run: () => void;
  /** Also while typing. Without it, only keys with Ctrl or Command work there. */
  whileTyping?: boolean;
  /** Also while a dialog is open. */
  inDialogs?: boolean;
  /** A held key runs it again and again (`j`, `k`). */
  repeats?: boolean;
  /** Not offered in the palette: it makes no sense without its key. */
  notInPalette?: boolean;
}

const SEQUENCE_MS = 1200;

export class CommandRegistry {
  private commands: readonly Command[] = [];
  private readonly listeners = new Set<() => void>();
  private pressed: Chord[] = [];
  private pressedAt = 0;
  private readonly holds = new Set<symbol>();

  /** Returns what takes the command away again. */
  register(command: Command): () => void {
    this.change([...this.commands, command]);
    return () => this.change(this.commands.filter((other) => other !== command));
  }

  /**
   * A dialog is on its way: until it is there, keys are meant for it and run only what works in dialogs. Returns what
   * ends that.
   */
  hold(): () => void {
    const hold = Symbol("hold");
    this.holds.add(hold);
    return () => {
      this.holds.delete(hold);
    };
  }

  list = (): readonly Command[] => this.commands;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  handle = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isComposing(event)) return;
    const chord = chordOf(event);
    if (chord === null) return;
    if (event.timeStamp - this.pressedAt > SEQUENCE_MS) this.pressed = [];
    const usable = this.commands
      .filter((command) => (this.holds.size === 0 || command.inDialogs === true) && allowed(command, event, chord))
      .toReversed();
    const found = this.find(usable, [...this.pressed, chord]) ?? this.find(usable, [chord]);
    this.pressed = found !== undefined && found.command === null ? found.chords : [];
    this.pressedAt = event.timeStamp;
    if (found === undefined) return;
    event.preventDefault();
    found.command?.run();
  };

  /** The command of these chords, or null when they begin a longer sequence. */
  private find(usable: readonly Command[], chords: Chord[]): { command: Command | null; chords: Chord[] } | undefined {
    let begins = false;
    for (const command of usable) {
      for (const keys of command.keys) {
        const wanted = parseKeys(keys);
        if (wanted.length < chords.length || !chords.every((chord, at) => isChord(wanted[at], chord))) continue;
        if (wanted.length === chords.length) return { command, chords };
        begins = true;
      }
    }
    return begins ? { command: null, chords } : undefined;
  }

  private change(commands: readonly Command[]): void {
    this.commands = commands;
    for (const listener of this.listeners) listener();
  }
}

function isChord(wanted: Chord | undefined, pressed: Chord): boolean {
  return wanted !== undefined && sameChord(wanted, pressed);
}

function allowed(command: Command, event: KeyboardEvent, chord: Chord): boolean {
  if (event.repeat && command.repeats !== true) return false;
  const target = event.composedPath()[0];
  if (isTyping(target) && command.whileTyping !== true && !chord.mod) return false;
  return command.inDialogs === true || !isCovered(target);
}

const TYPED_INTO = "textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox]";
const TYPED_INPUT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range], [type=file])";

export function isTyping(target: EventTarget | null | undefined): boolean {
  return target instanceof Element && target.closest(`${TYPED_INTO}, ${TYPED_INPUT}`) !== null;
}

/** Whether what lies behind is not what the person means: a dialog is open, or a menu has the focus. */
function isCovered(target: EventTarget | null | undefined): boolean {
  if (document.querySelector("[aria-modal=true]") !== null) return true;
  return target instanceof Element && target.closest("[role=menu], [role=listbox]") !== null;
}

export const commands = new CommandRegistry();
