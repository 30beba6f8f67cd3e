/** Loads conversations that events told of and that no copy is kept of, or of which an event is missing. */
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem } from "@/shared/api/problem";
import type { Conversation } from "@/shared/api/types";
import type { Watch } from "@/shared/realtime/watch";

const WAIT_MS = 60;
const PAUSE_MS = 500;
/** More than these are looked for among the newest conversations first: whatever something happens in is there. */
const FEW = 3;
const AT_ONCE = 4;
const NEWEST = 100;
const ALL = ["bot", "queued", "open", "snoozed", "closed"] as const;

interface Taker {
  during: <A, T>(request: () => Promise<A>, settle: (answer: A, watch: Watch) => T) => Promise<T>;
  takeAnswered: (answered: readonly Conversation[], watch: Watch, queryKey: readonly unknown[]) => Conversation[];
  takeAway: (id: string) => void;
}

export class MissingConversations {
  private waiting = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private loading = false;
  private generation = 0;

  constructor(private readonly taker: Taker) {}

  add(ids: Iterable<string>): void {
    for (const id of ids) this.waiting.add(id);
    this.plan(WAIT_MS);
  }

  /** Do not load it: it is not this person's any more. */
  drop(id: string): void {
    this.waiting.delete(id);
  }

  forget(): void {
    this.waiting = new Set();
    this.generation += 1;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private plan(delay: number): void {
    if (this.timer !== null || this.loading || this.waiting.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.load();
    }, delay);
  }

  private async load(): Promise<void> {
    this.loading = true;
    try {
      if (this.waiting.size > FEW) await this.loadNewest();
      await Promise.all([...this.waiting].slice(0, AT_ONCE).map((id) => this.loadOne(id)));
    } finally {
      this.loading = false;
      this.plan(PAUSE_MS);
    }
  }

  private async loadNewest(): Promise<void> {
    const wanted = [...this.waiting];
    this.waiting.clear();
    try {
      await this.take(async () => {
        const query = { status: [...ALL], limit: NEWEST };
        return (await unwrap(api.GET("/api/v1/conversations", { params: { query } }))).items;
      }, wanted);
    } catch {
      for (const id of wanted) this.waiting.add(id);
    }
  }

  /** Ids that are not among what was answered wait on. One that is named again meanwhile does, too. */
  private async take(request: () => Promise<Conversation[]>, wanted: readonly string[]): Promise<void> {
    const { generation } = this;
    await this.taker.during(request, (answered, watch) => {
      if (generation !== this.generation) return;
      this.taker.takeAnswered(answered, watch, []);
      const found = new Set(answered.map((one) => one.id));
      for (const id of wanted) if (!found.has(id)) this.waiting.add(id);
    });
  }

  private async loadOne(id: string): Promise<void> {
    this.waiting.delete(id);
    try {
      await this.take(async () => {
        const path = { conversation_id: id };
        return [await unwrap(api.GET("/api/v1/conversations/{conversation_id}", { params: { path } }))];
      }, [id]);
    } catch (error) {
      if (error instanceof ApiProblem && error.status < 500 && error.status !== 429) this.taker.takeAway(id);
      else this.waiting.add(id);
    }
  }
}
