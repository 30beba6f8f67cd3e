import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Drafts, EMPTY_DRAFT, type Draft } from "@/shared/conversations/drafts";
import { farewellOf, recordStore } from "@/shared/storage/records";

type Stored = Parameters<Drafts["changedElsewhere"]>[1];

let records: Map<string, Stored>;
let writes: number;
let tabs: Drafts[];
let clock: number;

function tab(attendantId = "ana"): Drafts {
  const drafts: Drafts = new Drafts({
    attendantId,
    store: {
      all: (prefix) => Promise.resolve([...records].filter(([key]) => key.startsWith(prefix))),
      put: (key, draft) => {
        writes += 1;
        records.set(key, draft);
        return Promise.resolve();
      },
      remove: (key) => Promise.resolve(void records.delete(key)),
    },
    farewell: farewellOf("test"),
    now: () => (clock += 1),
    tell: (key, draft) => {
      for (const other of tabs) if (other !== drafts) other.changedElsewhere(key, draft);
    },
  });
  tabs.push(drafts);
  return drafts;
}

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  records = new Map();
  tabs = [];
  writes = 0;
  clock = 0;
});
afterEach(() => void vi.useRealTimers());

test("what is typed is there at once, and written once a moment later", async () => {
  const drafts = tab();
  for (const text of ["o", "oi", "oi!"]) drafts.set("c1", "reply", { text });
  expect(drafts.get("c1", "reply").text).toBe("oi!");
  expect(writes).toBe(0);
  await vi.advanceTimersByTimeAsync(300);
  expect(writes).toBe(1);
});

test("a reload finds it, text, quote and files", async () => {
  const draft: Draft = {
    text: "oi",
    replyTo: "m1",
    files: [{ id: "f1", name: "a.pdf", mime_type: "application/pdf", size: 3 }],
  };
  const before = tab();
  before.set("c1", "reply", draft);
  await before.flush(); // the page ends
  const after = tab();
  await after.start();
  expect(after.get("c1", "reply")).toMatchObject(draft);
});

test("switching fast never brings a draft into another conversation, nor a note into a reply", async () => {
  const drafts = tab();
  for (let turn = 0; turn < 100; turn += 1) {
    drafts.set(`c${turn % 3}`, turn % 2 === 0 ? "reply" : "note", { text: `c${turn % 3} ${turn % 2}` });
    if (turn % 7 === 0) await drafts.flush();
  }
  for (const id of ["c0", "c1", "c2"]) {
    expect(drafts.get(id, "reply").text).toBe(`${id} 0`);
    expect(drafts.get(id, "note").text).toBe(`${id} 1`);
  }
});

test("another tab follows, and tells those who listen to that draft alone", async () => {
  const [one, two] = [tab(), tab()];
  const [heard, other] = [vi.fn(), vi.fn()];
  two.subscribe("c1", "reply", heard);
  two.subscribe("c2", "reply", other);
  one.set("c1", "reply", { text: "oi" });
  await vi.advanceTimersByTimeAsync(300);
  expect(two.get("c1", "reply").text).toBe("oi");
  expect(heard).toHaveBeenCalledTimes(1);
  expect(other).not.toHaveBeenCalled();
});

test("what another tab does never comes into a composer that somebody types in", async () => {
  const [one, two] = [tab(), tab()];
  two.set("c1", "reply", { text: "mine" });
  const release = two.hold("c1", "reply");
  one.set("c1", "reply", { text: "theirs" });
  await vi.advanceTimersByTimeAsync(300);
  expect(two.get("c1", "reply").text).toBe("mine");
  release();
});

test("the last change wins", async () => {
  const [one, two] = [tab(), tab()];
  one.set("c1", "reply", { text: "first" });
  two.set("c1", "reply", { text: "second" });
  await vi.advanceTimersByTimeAsync(300);
  expect([one.get("c1", "reply").text, two.get("c1", "reply").text]).toEqual(["second", "second"]);
});

test("what was typed before the stored ones were read stays", async () => {
  records.set("ana/c1/reply", { ...EMPTY_DRAFT, text: "old", at: -5 });
  const drafts = tab();
  const starting = drafts.start();
  drafts.set("c1", "reply", { text: "new" });
  await starting;
  expect(drafts.get("c1", "reply").text).toBe("new");
});

test("the drafts of another attendant in the same browser are never shown", async () => {
  const ana = tab("ana");
  ana.set("c1", "reply", { text: "secret" });
  await ana.flush();
  const bia = tab("bia");
  await bia.start();
  expect(bia.get("c1", "reply")).toBe(EMPTY_DRAFT);
});

test("a sent one leaves nothing behind", async () => {
  const drafts = tab();
  drafts.set("c1", "reply", { text: "oi" });
  await drafts.flush();
  drafts.clear("c1", "reply");
  await vi.advanceTimersByTimeAsync(0);
  expect(records.size).toBe(0);
});

test("IndexedDB keeps records by their prefix", async () => {
  vi.useRealTimers();
  const store = recordStore<number>("test");
  await store.put("a/1", 1);
  await store.put("b/1", 2);
  expect(await store.all("a/")).toEqual([["a/1", 1]]);
  await store.remove("a/1");
  expect(await store.all("a/")).toEqual([]);
});

test("what is typed right before the page ends is there in the next one, although nothing was written any more", async () => {
  const ending = tab();
  ending.set("c1", "reply", { text: "Para o Rui" });
  records.set = () => records; // IndexedDB takes nothing of a page that ends
  ending.leave();
  const next = tab();
  await next.start();
  expect(next.get("c1", "reply").text).toBe("Para o Rui");
  const other = tab("bia");
  await other.start();
  expect(other.get("c1", "reply")).toEqual(EMPTY_DRAFT);
});

test("a page that came back from its end and sent the text does not find it again", async () => {
  const drafts = tab();
  drafts.set("c1", "reply", { text: "Olá" });
  drafts.leave();
  await vi.runAllTimersAsync();
  drafts.clear("c1", "reply");
  await vi.runAllTimersAsync();
  const next = tab();
  await next.start();
  expect(next.get("c1", "reply")).toEqual(EMPTY_DRAFT);
});
