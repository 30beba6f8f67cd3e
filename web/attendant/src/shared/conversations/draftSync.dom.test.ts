import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiProblem, Unanswered } from "@/shared/api/problem";
import { Drafts, EMPTY_DRAFT, type Draft, type DraftPlace, type StoredDraft } from "@/shared/conversations/drafts";
import { DraftSync, type ServerDraft } from "@/shared/conversations/draftSync";
import { farewellOf } from "@/shared/storage/records";

const PLACE: DraftPlace = { conversationId: "c1", mode: "reply" };
const keyOf = ({ conversationId, mode }: DraftPlace) => `${conversationId}/${mode}`;

/** The server: one attendant's drafts, and the devices that hear of their changes. */
class Server {
  readonly kept = new Map<string, ServerDraft>();
  readonly devices: Device[] = [];
  readonly asked: string[] = [];
  clock = 1000;

  list = () => Promise.resolve([...this.kept.values()]);

  get = (place: DraftPlace) => {
    this.asked.push("get");
    return Promise.resolve(this.kept.get(keyOf(place)) ?? { ...place, draft: EMPTY_DRAFT, version: 0 });
  };

  put = (place: DraftPlace, { text, replyTo, files }: Draft, version: number) => {
    this.asked.push("put");
    this.check(place, version);
    const next = Math.max(this.clock, version + 1);
    this.kept.set(keyOf(place), { ...place, draft: { text, replyTo, files }, version: next });
    this.tell(place, next, false);
    return Promise.resolve(next);
  };

  remove = (place: DraftPlace, version: number) => {
    this.asked.push("remove");
    this.check(place, version);
    this.delete(place);
    return Promise.resolve();
  };

  /** As sending does. */
  delete(place: DraftPlace): void {
    const version = this.kept.get(keyOf(place))?.version ?? 0;
    if (this.kept.delete(keyOf(place))) this.tell(place, version, true);
  }

  text(place = PLACE): string | undefined {
    return this.kept.get(keyOf(place))?.draft.text;
  }

  private check(place: DraftPlace, version: number): void {
    if ((this.kept.get(keyOf(place))?.version ?? 0) !== version) throw new ApiProblem(409, "version_conflict", "");
  }

  private tell(place: DraftPlace, version: number, empty: boolean): void {
    for (const device of this.devices) if (device.online) void device.sync.heard(place, { version, empty });
  }
}

/** A tab. Tabs with the same `browser` share what is stored, and follow each other. */
class Device {
  online = true;
  readonly replaced: Draft[] = [];
  readonly drafts: Drafts;
  readonly sync: DraftSync;

  constructor(
    readonly server: Server,
    readonly browser = new Map<string, StoredDraft>(),
    tabs: Device[] = [],
  ) {
    this.drafts = new Drafts({
      attendantId: "ana",
      store: {
        all: () => Promise.resolve([...browser]),
        put: (key, draft) => Promise.resolve(void browser.set(key, draft)),
        remove: (key) => Promise.resolve(void browser.delete(key)),
      },
      farewell: farewellOf("sync-test"),
      now: () => (server.clock += 1),
      tell: (key, draft) => {
        for (const tab of tabs) if (tab !== this) tab.drafts.changedElsewhere(key, draft);
      },
    });
    this.sync = new DraftSync({
      drafts: this.drafts,
      list: this.reached(server.list),
      get: this.reached(server.get),
      put: this.reached(server.put),
      remove: this.reached(server.remove),
      online: () => this.online,
      reachable: (id) => id !== "taken",
      replaced: (_, lost) => this.replaced.push(lost),
      now: () => server.clock,
      later: (call, ms) => {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
    });
    tabs.push(this);
    server.devices.push(this);
  }

  async connect(): Promise<this> {
    this.online = true;
    await this.drafts.start();
    await this.sync.compare();
    return this;
  }

  type(text: string, place = PLACE): void {
    this.drafts.set(place.conversationId, place.mode, { text });
  }

  text(place = PLACE): string {
    return this.drafts.get(place.conversationId, place.mode).text;
  }

  private reached<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return (...args) => (this.online ? call(...args) : Promise.reject(new Unanswered("offline")));
  }
}

let server: Server;

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  server = new Server();
});
afterEach(() => void vi.useRealTimers());

const moment = () => vi.advanceTimersByTimeAsync(1100);

test("what is typed is written once, a moment later, and another browser shows it", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  for (const text of ["S", "Sã", "São"]) office.type(text);
  expect(server.asked).toEqual([]);
  await moment();
  expect(server.text()).toBe("São");
  expect(server.asked.filter((one) => one === "put")).toHaveLength(1);
  expect(home.text()).toBe("São");
  home.type("São dez dias");
  await moment();
  expect(office.text()).toBe("São dez dias");
});

test("somebody who types without a pause is written now and then", async () => {
  const office = await new Device(server).connect();
  for (let at = 1; at <= 12; at += 1) {
    office.type("x".repeat(at));
    server.clock += 500;
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(server.text()).toMatch(/^x{8,12}$/);
});

test("a browser that is opened later finds the draft, its quote and its files", async () => {
  const draft: Draft = {
    text: "oi",
    replyTo: "m1",
    files: [{ id: "f1", name: "a.pdf", mime_type: "application/pdf", size: 3, as: "document" }],
  };
  const office = await new Device(server).connect();
  office.drafts.set("c1", "reply", draft);
  await moment();
  const home = await new Device(server).connect();
  expect(home.drafts.get("c1", "reply")).toMatchObject(draft);
});

test("a draft that was sent or emptied elsewhere is gone here as well, also after this one was away", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  office.type("oi");
  await moment();
  server.delete(PLACE);
  await moment();
  expect([office.text(), home.text()]).toEqual(["", ""]);
  office.type("oi");
  await moment();
  home.online = false;
  server.delete(PLACE);
  await home.connect();
  expect(home.text()).toBe("");
});

test("what is typed without a connection is written when there is one", async () => {
  const office = await new Device(server).connect();
  office.online = false;
  office.type("São dez dias");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.text()).toBeUndefined();
  await office.connect();
  await moment();
  expect(server.text()).toBe("São dez dias");
});

test("a request that fails is repeated, not for ever", async () => {
  const office = await new Device(server).connect();
  const put = vi.spyOn(server, "put").mockImplementation(() => {
    throw new ApiProblem(503, "unavailable", "");
  });
  const failing = new Device(server); // took the failing one
  await failing.connect();
  failing.type("oi");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(put.mock.calls.length).toBeGreaterThan(3);
  expect(put.mock.calls.length).toBeLessThan(10);
  put.mockRestore();
  expect(office.text()).toBe("");
});

test("where somebody types, their text stays and wins; what another device wrote before is overwritten", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  home.drafts.hold("c1", "reply");
  home.type("mine");
  office.type("theirs");
  office.sync.flush();
  await moment();
  expect(home.text()).toBe("mine");
  await moment();
  expect([server.text(), office.text(), home.text()]).toEqual(["mine", "mine", "mine"]);
});

test("a text that was typed without a connection gives way to a later one, and is offered back", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  home.online = false;
  home.type("of the morning");
  office.type("of the evening");
  await moment();
  await home.connect();
  expect(home.text()).toBe("of the evening");
  expect(home.replaced.map(({ text }) => text)).toEqual(["of the morning"]);
});

test("a text that was typed without a connection after another one wins", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  home.online = false;
  office.type("of the morning");
  await moment();
  home.type("of the evening");
  await home.connect();
  await moment();
  expect([server.text(), office.text()]).toEqual(["of the evening", "of the evening"]);
  expect(home.replaced).toEqual([]);
});

test("sending empties it everywhere without a request; emptying it by hand deletes it", async () => {
  const [office, home] = [await new Device(server).connect(), await new Device(server).connect()];
  office.type("oi");
  await moment();
  office.drafts.clear("c1", "reply");
  server.delete(PLACE); // as sending does
  server.asked.length = 0;
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toEqual([]);
  expect(home.text()).toBe("");
  office.type("nada");
  await moment();
  office.type("");
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.kept.size).toBe(0);
  expect(home.text()).toBe("");
});

test("what is typed right after sending is the next draft", async () => {
  const office = await new Device(server).connect();
  office.type("oi");
  await moment();
  office.type("");
  office.type("e depois");
  server.delete(PLACE);
  await moment();
  expect(server.text()).toBe("e depois");
  expect(office.text()).toBe("e depois");
});

test("an emptied draft whose page ends at once does not come back", async () => {
  const browser = new Map<string, StoredDraft>();
  const office = await new Device(server, browser).connect();
  office.type("oi");
  await moment();
  office.type("");
  await office.drafts.flush();
  office.sync.stop();
  const next = await new Device(server, browser).connect();
  await vi.advanceTimersByTimeAsync(5000);
  expect(next.text()).toBe("");
  expect(server.kept.size).toBe(0);
});

test("two tabs do not fight: one writes, both show it, and the one that stays writes what the other left", async () => {
  const browser = new Map<string, StoredDraft>();
  const tabs: Device[] = [];
  const one = await new Device(server, browser, tabs).connect();
  const two = await new Device(server, browser, tabs).connect();
  one.type("a");
  await moment();
  two.type("ab");
  await moment();
  expect([one.text(), two.text(), server.text()]).toEqual(["ab", "ab", "ab"]);
  expect(server.asked.filter((asked) => asked === "put")).toHaveLength(2);
  one.type("abc");
  await one.drafts.flush();
  one.sync.stop(); // closed before it has written
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.text()).toBe("abc");
});

test("a draft is written in its own conversation and mode alone", async () => {
  const office = await new Device(server).connect();
  const places: DraftPlace[] = ["c1", "c2", "c3"].flatMap((conversationId) => [
    { conversationId, mode: "reply" as const },
    { conversationId, mode: "note" as const },
  ]);
  for (let turn = 0; turn < 60; turn += 1) {
    const place = places[turn % places.length] ?? PLACE;
    office.type(`${keyOf(place)} ${turn}`, place);
    if (turn % 7 === 0) office.sync.flush();
    if (turn % 11 === 0) await moment();
  }
  await moment();
  for (const place of places) expect(server.text(place)).toMatch(new RegExp(`^${keyOf(place)} `));
});

test("a conversation that was taken away is not asked for", async () => {
  const office = await new Device(server).connect();
  office.type("oi", { conversationId: "taken", mode: "reply" });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.asked).toEqual([]);
});
