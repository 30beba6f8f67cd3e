import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { CommandRegistry, type Command } from "@/shared/keyboard/registry";

let registry: CommandRegistry;

beforeEach(() => {
  registry = new CommandRegistry();
  window.addEventListener("keydown", registry.handle);
});

afterEach(() => {
  window.removeEventListener("keydown", registry.handle);
  document.body.replaceChildren();
});

function add(keys: string, options: Partial<Command> = {}) {
  const run = vi.fn();
  registry.register({ keys: [keys], label: keys, scope: "global", run, ...options });
  return run;
}

function press(key: string, init: KeyboardEventInit = {}, target: Element = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...init });
  target.dispatchEvent(event);
  return event;
}

function append(html: string): Element {
  document.body.insertAdjacentHTML("beforeend", html);
  const added = document.body.lastElementChild;
  if (added === null) throw new Error("nothing was added");
  return added;
}

test("a key runs its command and is used up", () => {
  const run = add("e");
  expect(press("e").defaultPrevented).toBe(true);
  expect(run).toHaveBeenCalledOnce();
  expect(press("x").defaultPrevented).toBe(false);
});

test.each([
  ["an input", "<input>"],
  ["a search box", "<input type=search>"],
  ["a text area", "<textarea></textarea>"],
  ["an editable element", "<div contenteditable=true></div>"],
  ["a list to choose from", "<select></select>"],
  ["a text box by role", "<div role=textbox></div>"],
])("letters typed into %s run nothing", (_, html) => {
  const run = add("j");
  const sequence = add("g i");
  const field = append(html);
  press("j", {}, field);
  press("g", {}, field);
  press("i", {}, field);
  expect(run).not.toHaveBeenCalled();
  expect(sequence).not.toHaveBeenCalled();
});

test("a key with Control works while typing, and so does what asks for it", () => {
  const palette = add("mod+k");
  const leave = add("escape", { whileTyping: true });
  const field = append("<textarea></textarea>");
  press("k", { ctrlKey: true }, field);
  press("Escape", {}, field);
  expect(palette).toHaveBeenCalledOnce();
  expect(leave).toHaveBeenCalledOnce();
});

test("a checkbox is not typed into", () => {
  const run = add("j");
  press("j", {}, append("<input type=checkbox>"));
  expect(run).toHaveBeenCalledOnce();
});

test("keys that compose a character run nothing", () => {
  const run = add("e");
  press("e", { isComposing: true });
  press("Dead");
  expect(run).not.toHaveBeenCalled();
});

test("nothing behind a dialog or a menu runs", () => {
  const run = add("e");
  const inside = add("arrowleft", { inDialogs: true });
  const menu = append("<div role=menu><button>a</button></div>");
  press("e", {}, menu.querySelector("button") ?? menu);
  append("<div role=dialog aria-modal=true></div>");
  press("e");
  press("ArrowLeft");
  expect(run).not.toHaveBeenCalled();
  expect(inside).toHaveBeenCalledOnce();
});

test("while a dialog is on its way, keys are meant for it", () => {
  const run = add("e");
  const inside = add("arrowleft", { inDialogs: true });
  const release = registry.hold();
  press("e");
  press("ArrowLeft");
  expect(run).not.toHaveBeenCalled();
  expect(inside).toHaveBeenCalledOnce();
  release();
  press("e");
  expect(run).toHaveBeenCalledOnce();
});

test("a sequence needs its keys in order and soon", () => {
  const inbox = add("g i");
  const plain = add("i");
  press("g");
  press("i");
  expect(inbox).toHaveBeenCalledOnce();
  expect(plain).not.toHaveBeenCalled();
  press("i");
  expect(plain).toHaveBeenCalledOnce();
});

test("a sequence that somebody gave up does not swallow the next key", () => {
  const inbox = add("g i");
  const next = add("j");
  press("g");
  press("j");
  expect(next).toHaveBeenCalledOnce();
  press("i");
  expect(inbox).not.toHaveBeenCalled();
});

test("a sequence is forgotten after a while", () => {
  const inbox = add("g i");
  const at = (time: number, key: string) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true });
    Object.defineProperty(event, "timeStamp", { value: time });
    document.body.dispatchEvent(event);
  };
  at(10_000, "g");
  at(13_000, "i");
  expect(inbox).not.toHaveBeenCalled();
});

test("the command registered last has the key, and gives it back", () => {
  const first = add("e");
  const second = vi.fn();
  const remove = registry.register({ keys: ["e"], label: "e", scope: "conversation", run: second });
  press("e");
  remove();
  press("e");
  expect(second).toHaveBeenCalledOnce();
  expect(first).toHaveBeenCalledOnce();
});

test("a held key runs once, except where repeating makes sense", () => {
  const close = add("e");
  const down = add("j", { repeats: true });
  press("e", { repeat: true });
  press("j", { repeat: true });
  expect(close).not.toHaveBeenCalled();
  expect(down).toHaveBeenCalledOnce();
});

test("Shift and other modifiers make another key", () => {
  const run = add("e");
  press("E", { shiftKey: true });
  press("e", { ctrlKey: true });
  press("e", { altKey: true });
  expect(run).not.toHaveBeenCalled();
});
