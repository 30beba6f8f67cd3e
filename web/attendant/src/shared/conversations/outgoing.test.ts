import { beforeEach, expect, test } from "vitest";

import { ApiProblem, Unanswered } from "@/shared/api/problem";
import type { Message, NewMessage } from "@/shared/api/types";
import { Outgoing, type OutgoingItem, type OutgoingParts } from "@/shared/conversations/outgoing";
import type { RecordStore } from "@/shared/storage/records";

type Answer = (body: NewMessage) => Promise<Message>;

/** A browser with several tabs, and a server that makes one message of each client id. */
class Browser {
  readonly records = new Map<string, OutgoingItem>();
  readonly posts: { conversationId: string; key: string; text: string | null | undefined }[] = [];
  readonly messages = new Map<string, Message>();
  readonly tabs: Outgoing[] = [];
  readonly waits: { call: () => void; ms: number }[] = [];
  online = true;
  private readonly locks = new Map<string, Promise<unknown>>();
  private ids = 0;

  readonly store: RecordStore<OutgoingItem> = {
    all: (prefix) => Promise.resolve([...this.records].filter(([key]) => key.startsWith(prefix))),
    put: (key, item) => Promise.resolve(void this.records.set(key, structuredClone(item))),
    remove: (key) => Promise.resolve(void this.records.delete(key)),
  };

  /** What the server does with a request; several in a row, then it answers well. */
  readonly answers: Answer[] = [];

  accept(body: NewMessage): Message {
    const id = `message-of-${body.client_id ?? ""}`;
    const message = { id, conversation_id: "c1", client_id: body.client_id, text: body.text } as Message;
    this.messages.set(id, message);
    return message;
  }

  tab(attendantId = "ana", parts: Partial<OutgoingParts> = {}): Outgoing {
    const tab: Outgoing = new Outgoing({
      attendantId,
      store: this.store,
      post: (conversationId, body, key) => {
        this.posts.push({ conversationId, key, text: body.text });
        const answer = this.answers.shift();
        return answer === undefined ? Promise.resolve(this.accept(body)) : answer(body);
      },
      arrived: () => undefined,
      alone: (name, work) => this.alone(name, work),
      tell: () => this.tell(tab),
      online: () => this.online,
      now: () => 1000,
      later: (call, ms) => {
        const wait = { call, ms };
        this.waits.push(wait);
        return () => void this.waits.splice(this.waits.indexOf(wait), 1);
      },
      newId: () => `id-${(this.ids += 1)}`,
      ...parts,
    });
    this.tabs.push(tab);
    return tab;
  }

  async pass(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }

  /** The time for repeating has come. */
  async repeat(): Promise<void> {
    for (const { call } of this.waits.splice(0)) call();
    await this.pass();
  }

  private tell(from: Outgoing): void {
    for (const tab of this.tabs) if (tab !== from) void tab.changedElsewhere();
  }

  private async alone(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.locks.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.locks.set(
      name,
      mine.catch(() => undefined),
    );
    await mine;
  }
}

const unanswered: Answer = () => Promise.reject(new Unanswered("no answer"));
const never: Answer = () => new Promise(() => undefined);
const refused: Answer = () => Promise.reject(new ApiProblem(422, "window_closed", "closed"));
const states = (tab: Outgoing) => tab.of("c1").map((item) => [item.body.text, item.state]);

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});

test("a message is stored before it is asked for, shown at once, and gone when the server has it", async () => {
  const tab = browser.tab();
  let stored: OutgoingItem[] = [];
  browser.answers.push((body) => {
    stored = [...browser.records.values()];
    return Promise.resolve(browser.accept(body));
  });
  const sent = tab.send("c1", { text: "oi" });
  expect(states(tab)).toEqual([["oi", "waiting"]]);
  await sent;
  await browser.pass();
  expect(stored).toMatchObject([{ clientId: "id-1", state: "unsure" }]);
  expect(browser.posts).toEqual([{ conversationId: "c1", key: "id-1", text: "oi" }]);
  expect(tab.of("c1")).toEqual([]);
  expect(browser.records.size).toBe(0);
});

test("without an answer it is unsure, and repeating it with the same key makes no second message", async () => {
  const tab = browser.tab();
  browser.answers.push((body) => {
    browser.accept(body); // it arrived; its answer did not
    return unanswered(body);
  });
  await tab.send("c1", { text: "oi" });
  await browser.pass();
  expect(states(tab)).toEqual([["oi", "unsure"]]);
  await browser.repeat();
  expect(browser.posts.map((post) => post.key)).toEqual(["id-1", "id-1"]);
  expect(browser.messages.size).toBe(1);
  expect(tab.of("c1")).toEqual([]);
});

test("the event comes before the answer: shown once, not asked for again", async () => {
  const tab = browser.tab();
  browser.answers.push((body) => {
    tab.seen([browser.accept(body)]);
    return unanswered(body);
  });
  await tab.send("c1", { text: "oi" });
  await browser.pass();
  await browser.repeat();
  expect(tab.of("c1")).toEqual([]);
  expect(browser.posts).toHaveLength(1);
  expect(browser.records.size).toBe(0);
});

test("messages of a conversation go in their order; another conversation does not wait for them", async () => {
  const tab = browser.tab();
  browser.answers.push(unanswered);
  await tab.send("c1", { text: "1" });
  await browser.pass();
  await tab.send("c1", { text: "2" });
  await tab.send("c2", { text: "other" });
  await browser.pass();
  expect(states(tab)).toEqual([
    ["1", "unsure"],
    ["2", "waiting"],
  ]);
  await browser.repeat();
  expect(browser.posts.map((post) => post.text)).toEqual(["1", "other", "1", "2"]);
});

test("offline they wait, and go once when the connection is back", async () => {
  const tab = browser.tab();
  browser.online = false;
  await tab.send("c1", { text: "1" });
  await tab.send("c1", { text: "2" });
  await browser.pass();
  expect(states(tab)).toEqual([
    ["1", "waiting"],
    ["2", "waiting"],
  ]);
  expect(browser.posts).toEqual([]);
  browser.online = true;
  tab.wake();
  tab.wake();
  await browser.pass();
  expect(browser.posts.map((post) => post.text)).toEqual(["1", "2"]);
});

test("a refused one says why, lets the next one pass, and can be taken back to be edited", async () => {
  const tab = browser.tab();
  browser.answers.push(refused);
  await tab.send("c1", { text: "1" });
  await tab.send("c1", { text: "2" });
  await browser.pass();
  expect(tab.of("c1")).toMatchObject([{ state: "refused", problem: { code: "window_closed" } }]);
  expect(await tab.takeBack("id-1")).toMatchObject({ body: { text: "1" } });
  expect(browser.records.size).toBe(0);
});

test("a refused one can be sent again", async () => {
  const tab = browser.tab();
  browser.answers.push(refused);
  await tab.send("c1", { text: "1" });
  await browser.pass();
  await tab.retry("id-1");
  await browser.pass();
  expect(tab.of("c1")).toEqual([]);
  expect(browser.messages.size).toBe(1);
});

test("an unsure one cannot be taken back: it may have been sent", async () => {
  const tab = browser.tab();
  browser.answers.push(unanswered);
  await tab.send("c1", { text: "1" });
  await browser.pass();
  expect(await tab.takeBack("id-1")).toBeNull();
});

test("after a reload one whose answer never came is unsure, and is repeated with its key", async () => {
  browser.answers.push(never);
  const before = browser.tab();
  await before.send("c1", { text: "oi" });
  await browser.pass();
  before.stop();
  const after = browser.tab("ana", { alone: async (_, work) => work() }); // the lock ended with its page
  browser.answers.push(unanswered);
  await after.start();
  await browser.pass();
  expect(states(after)).toEqual([["oi", "unsure"]]);
  await browser.repeat();
  expect(browser.posts.map((post) => post.key)).toEqual(["id-1", "id-1", "id-1"]);
  expect(after.of("c1")).toEqual([]);
});

test("two tabs with the same items send each of them once", async () => {
  browser.online = false;
  const one = browser.tab();
  const two = browser.tab();
  await one.send("c1", { text: "1" });
  await two.send("c1", { text: "2" });
  await browser.pass();
  browser.online = true;
  one.wake();
  two.wake();
  await browser.pass();
  expect(browser.posts.map((post) => post.text)).toEqual(["1", "2"]);
  expect([one.of("c1"), two.of("c1")]).toEqual([[], []]);
});

test("another attendant in the same browser neither sees nor sends them", async () => {
  browser.online = false;
  await browser.tab("ana").send("c1", { text: "1" });
  browser.online = true;
  const other = browser.tab("bia");
  await other.start();
  other.wake();
  await browser.pass();
  expect(other.of("c1")).toEqual([]);
  expect(browser.posts).toEqual([]);
});

test("when the session has ended it waits, and is not refused", async () => {
  const tab = browser.tab();
  browser.answers.push(() => Promise.reject(new ApiProblem(401, "unauthenticated", "")));
  await tab.send("c1", { text: "1" });
  await browser.pass();
  expect(states(tab)).toEqual([["1", "waiting"]]);
});

test("a busy server is left alone for as long as it asks", async () => {
  const tab = browser.tab();
  browser.answers.push(() => Promise.reject(new ApiProblem(429, "rate_limited", "", [], null, 40)));
  await tab.send("c1", { text: "1" });
  await browser.pass();
  expect(browser.waits.map(({ ms }) => ms)).toEqual([40_000]);
});
