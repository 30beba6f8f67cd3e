/** Whatever comes in whatever order, repeated or lost and resumed: in the end the client shows what the server has. */
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import fc from "@/shared/testing/properties";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { keys } from "@/shared/api/keys";
import type { Counts } from "@/shared/api/types";
import type { ConversationFilter } from "@/shared/conversations/filter";
import type { ConversationList } from "@/shared/conversations/list";
import { countsQuery, listQuery, loadMore } from "@/shared/conversations/queries";
import type { Thread } from "@/shared/conversations/thread";
import { extend, threadQuery } from "@/shared/conversations/useThread";
import { liveOf } from "@/shared/realtime/live";
import { ME, ModelServer, type Act } from "@/shared/realtime/modelServer.testing";

const FILTERS: ConversationFilter[] = [
  { view: "mine" },
  { view: "queue" },
  { view: "all" },
  { view: "all", unread: true },
  { view: "favourites" },
  { view: "closed" },
];

type Step =
  | Act
  | { do: "deliver"; count: number }
  | { do: "repeat"; count: number }
  | { do: "lose"; count: number }
  | { do: "compute"; at: number }
  | { do: "answer"; at: number }
  | { do: "more"; at: number }
  | { do: "older"; at: number }
  | { do: "newer"; at: number }
  | { do: "thread"; at: number }
  | { do: "favourite"; at: number; on: boolean }
  | { do: "wait"; ms: number };

const at = fc.nat({ max: 20 });
const count = fc.integer({ min: 1, max: 6 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("receive" as const, "send" as const), at }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("note" as const, "close" as const, "reopen" as const, "read" as const, "status" as const),
      at,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("assign" as const), at, to: fc.constantFrom("me", "other", "nobody") }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 18, arbitrary: act },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("deliver" as const), count }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat" as const), count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), count }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("compute" as const), at }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("answer" as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("more" as const, "older" as const, "newer" as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("thread" as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("favourite" as const), at, on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 100, 700) }) },
);

/** A closing is lost, the counts are asked for again and have it, and only then a list tells of it. */
const KNOWN_LATE: Step[] = [
  { do: "more", at: 0 },
  { do: "answer", at: 20 },
  { do: "open", at: 0 },
  { do: "answer", at: 7 },
  { do: "compute", at: 0 },
  { do: "thread", at: 0 },
  { do: "close", at: 0 },
  { do: "lose", count: 3 },
];

class World {
  readonly server = new ModelServer();
  readonly client = new QueryClient({
    defaultOptions: { queries: { staleTime: Infinity, gcTime: Infinity, retry: false } },
  });
  private readonly live = liveOf(this.client);
  private readonly threads = new Set<string>();
  private readonly ends: (() => void)[] = [];
  private delivered = 0;

  constructor() {
    vi.stubGlobal("fetch", this.server.fetch);
    this.live.belongTo(ME);
    for (const filter of FILTERS) {
      this.ends.push(new QueryObserver(this.client, listQuery(this.client, filter)).subscribe(() => undefined));
    }
    this.ends.push(new QueryObserver(this.client, countsQuery(this.client)).subscribe(() => undefined));
  }

  async take(step: Step): Promise<void> {
    if (step.do === "deliver") this.deliver(step.count);
    else if (step.do === "repeat") this.live.apply(this.server.stream.slice(0, this.delivered).slice(-step.count));
    else if (step.do === "lose") this.lose(step.count);
    else if (step.do === "compute") this.server.compute(step.at);
    else if (step.do === "answer") this.server.answer(step.at);
    else if (step.do === "more") void loadMore(this.client, FILTERS[step.at % FILTERS.length] ?? { view: "all" });
    else if (step.do === "older" || step.do === "newer") this.extend(step);
    else if (step.do === "thread") this.openThread(step.at);
    else if (step.do === "favourite") this.favour(step.at, step.on);
    else if (step.do === "wait") await vi.advanceTimersByTimeAsync(step.ms);
    else this.server.act(step);
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Everything that is under way arrives. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4;) {
      const busy = this.delivered < this.server.stream.length || this.server.pending.length > 0;
      quiet = busy ? 0 : quiet + 1;
      this.deliver(this.server.stream.length);
      while (this.server.pending.length > 0) {
        this.server.answer(0);
        await vi.advanceTimersByTimeAsync(0);
      }
      await vi.advanceTimersByTimeAsync(1000);
    }
  }

  /** Done and delivered at once, with nothing under way. */
  see(act: Act): void {
    this.server.act(act);
    this.deliver(this.server.stream.length);
  }

  checkCounts(): void {
    expect(this.client.getQueryData<Counts>(keys.counts())).toEqual(this.server.counts());
  }

  check(): void {
    for (const filter of FILTERS) {
      const list = this.client.getQueryData<ConversationList>(keys.list(filter));
      const whole = this.server.list(filter);
      expect(list?.rows, JSON.stringify(filter)).toEqual(whole.slice(0, list?.rows.length));
      if (list?.cursor === null) expect(list.rows).toHaveLength(whole.length);
    }
    for (const id of this.threads) {
      const thread = this.client.getQueryData<Thread>(keys.thread(id));
      const whole = this.server.messages.get(id) ?? [];
      const from = whole.findIndex((message) => message.id === thread?.messages[0]?.id);
      expect(thread?.messages).toEqual(whole.slice(from, from + (thread?.messages.length ?? 0)));
      expect(thread?.hasOlder).toBe(from > 0);
      expect(thread?.hasNewer).toBe(from + (thread?.messages.length ?? 0) < whole.length);
    }
    this.checkCounts();
  }

  end(): void {
    for (const end of this.ends) end();
    this.live.forget();
  }

  private deliver(count: number): void {
    const batch = this.server.stream.slice(this.delivered, this.delivered + count);
    this.delivered += batch.length;
    this.live.apply(batch);
  }

  private lose(count: number): void {
    this.delivered = Math.min(this.server.stream.length, this.delivered + count);
    this.live.resync();
  }

  private openThread(index: number): void {
    const id = this.conversationAt(index);
    if (id === undefined || this.threads.has(id)) return;
    this.threads.add(id);
    this.ends.push(new QueryObserver(this.client, threadQuery(this.client, id)).subscribe(() => undefined));
  }

  private extend(step: { do: "older" | "newer"; at: number }): void {
    const id = [...this.threads][step.at % Math.max(1, this.threads.size)];
    if (id !== undefined) void extend(this.client, id, step.do);
  }

  /** Done here and at the server: the answer of the request is of no interest. */
  private favour(index: number, on: boolean): void {
    const found = this.server.conversations[index % Math.max(1, this.server.conversations.length)];
    if (found === undefined) return;
    found.favourite = on;
    this.live.takeFavourite(found.id, on);
  }

  private conversationAt(index: number): string | undefined {
    return this.server.conversations[index % Math.max(1, this.server.conversations.length)]?.id;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("any order, repetition and loss with a new start ends in the server's state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
      const world = new World();
      try {
        for (const one of steps) await world.take(one);
        await world.settle();
        world.check();
      } finally {
        world.end();
      }
    }),
    { numRuns: 150, examples: [[KNOWN_LATE]] },
  );
}, 120_000);

test("what happens before one's eyes is counted with it, not a moment later", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
      const world = new World();
      try {
        await world.settle();
        for (const one of acts) {
          world.see(one);
          world.checkCounts();
        }
      } finally {
        world.end();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
