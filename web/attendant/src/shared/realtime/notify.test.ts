import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { Claims } from "@/shared/realtime/claims";
import type { EventFrame } from "@/shared/realtime/frames";
import { Notifier, type NotifierParts } from "@/shared/realtime/notify";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const conversation = (changes: Partial<Conversation> = {}) =>
  ({
    id: "c1",
    status: "open",
    assignee: { id: "me", name: "Ana" },
    contact: { id: "k1", name: "Rui" },
    ...changes,
  }) as Conversation;

function arrival(changes: Record<string, unknown> = {}): EventFrame {
  return {
    id: "e1",
    type: "message.received",
    subject: "c1",
    occurred_at: new Date(NOW).toISOString(),
    data: { message: { id: "m1", direction: "inbound", text: "segredo" } },
    ...changes,
  } as unknown as EventFrame;
}

class Channel {
  static all: Channel[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  constructor() {
    Channel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this) other.onmessage?.({ data } as MessageEvent);
  }
  close(): void {}
}

let told: string[];
let known: Conversation | undefined;

function tab(name: string, parts: Partial<NotifierParts> = {}): Notifier {
  const claims = new Claims("rings", new Channel());
  return new Notifier({
    me: "me",
    copyOf: () => known,
    preferences: () => ({ sound: true, desktopNotifications: true, ringsFor: "queue", textInNotifications: false }),
    reading: () => false,
    audible: () => true,
    claim: (id) => claims.claim(id),
    ring: () => told.push(`${name} rings`),
    notify: (_, text) => told.push(`${name} shows ${text ?? "no text"}`),
    now: () => NOW,
    later: (call, ms) => void setTimeout(call, ms),
    ...parts,
  });
}

async function hear(tabs: Notifier[], frames: EventFrame[]): Promise<string[]> {
  for (const one of tabs) one.take(frames);
  await vi.advanceTimersByTimeAsync(5000);
  return told;
}

beforeEach(() => {
  vi.useFakeTimers();
  Channel.all = [];
  told = [];
  known = conversation();
});
afterEach(() => void vi.useRealTimers());

test("four tabs ring once", async () => {
  expect(await hear([tab("1"), tab("2"), tab("3"), tab("4")], [arrival()])).toEqual(["1 rings", "1 shows no text"]);
});

test("the tab that can be heard rings, not the one that waits for a click", async () => {
  expect(await hear([tab("mute", { audible: () => false }), tab("loud")], [arrival()])).toContain("loud rings");
});

test("nothing rings for the conversation that is read in one of the tabs", async () => {
  expect(await hear([tab("other"), tab("reading", { reading: () => true })], [arrival()])).toEqual([]);
});

test("a hidden tab that hears of it a minute later is silent", async () => {
  const late = tab("late");
  await hear([tab("first")], [arrival()]);
  expect(await hear([late], [arrival()])).toEqual(["first rings", "first shows no text"]);
});

test.each([
  ["of a colleague's conversation", conversation({ assignee: { id: "other", name: "Bia" } }), {}],
  ["of a closed conversation", conversation({ status: "closed" }), {}],
  ["what we sent", conversation(), { type: "message.sent" }],
  ["a receipt", conversation(), { type: "message.status_changed" }],
  ["what was missed in a sleep", conversation(), { occurred_at: "2026-11-29T11:00:00.000Z" }],
])("%s does not ring", async (_, copy, frame) => {
  known = copy;
  expect(await hear([tab("1")], [arrival(frame)])).toEqual([]);
});

test("the queue rings for those who want it", async () => {
  known = conversation({ status: "queued", assignee: null });
  const mine = {
    preferences: () => ({
      sound: true,
      desktopNotifications: false,
      ringsFor: "mine" as const,
      textInNotifications: false,
    }),
  };
  expect(await hear([tab("1", mine)], [arrival()])).toEqual([]);
  expect(await hear([tab("2")], [arrival({ id: "e2" })])).toContain("2 rings");
});

test("a conversation that is not loaded yet is waited for", async () => {
  known = undefined;
  const one = tab("1");
  one.take([arrival()]);
  known = conversation();
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toContain("1 rings");
});

test("several messages of one conversation at once ring once", async () => {
  expect(await hear([tab("1")], [arrival(), arrival({ id: "e2" })])).toEqual(["1 rings", "1 shows no text"]);
});

test("what the customer wrote is shown where the person wants it", async () => {
  const open = {
    preferences: () => ({
      sound: false,
      desktopNotifications: true,
      ringsFor: "all" as const,
      textInNotifications: true,
    }),
  };
  expect(await hear([tab("1", open)], [arrival()])).toEqual(["1 shows segredo"]);
});

test("a conversation that a colleague gives to the person rings once, unless they read it", async () => {
  const tabs = [tab("1"), tab("2")];
  for (const one of tabs) one.given(conversation(), "g1");
  expect(await hear(tabs, [])).toEqual(["1 rings", "1 shows no text"]);
  tab("3", { reading: () => true }).given(conversation(), "g2");
  expect(await hear([], [])).toHaveLength(2);
});
