/**
 * Messages on their way to the server. Each is stored before it is sent and until the server has it, so it survives a
 * reload, a lost connection and a logout; each has one key, so however often it is repeated it is one message.
 */
import { ApiProblem, isPassing } from "@/shared/api/problem";
import type { Attachment, Message, NewMessage } from "@/shared/api/types";
import type { RecordStore } from "@/shared/storage/records";

/** What the composer hands over; `client_id` is put in here. */
export type NewBody = Partial<Omit<NewMessage, "client_id">>;

/**
 * `waiting`: offline, or behind an earlier one. `sending`: on its way. `unsure`: there was no answer, so it may have
 * been sent or not; it is repeated. `refused`: the server does not take it, `problem` says why.
 */
export type OutgoingState = "waiting" | "sending" | "unsure" | "refused";

export interface OutgoingProblem {
  status: number;
  code: string;
  detail: string;
  errors: { field: string; message: string }[];
}

export interface OutgoingItem {
  clientId: string;
  conversationId: string;
  body: NewBody;
  /** The files of the message, to be shown until the server's copy comes. */
  attachments: Attachment[];
  /** When it was written, on the server's clock. */
  at: number;
  state: OutgoingState;
  problem: OutgoingProblem | null;
}

export interface OutgoingParts {
  attendantId: string;
  store: RecordStore<OutgoingItem>;
  /** Raises `ApiProblem` or `Unanswered`. */
  post: (conversationId: string, body: NewMessage, key: string) => Promise<Message>;
  /** The server has it: called before the item goes. */
  arrived: (message: Message) => void;
  /** Runs it while no other tab does the same under this name. */
  alone: (name: string, work: () => Promise<void>) => Promise<void>;
  /** Tells the other tabs that the stored items have changed. */
  tell: () => void;
  online: () => boolean;
  now: () => number;
  /** Calls back later; answers what prevents it. */
  later: (call: () => void, ms: number) => () => void;
  newId: () => string;
}

const FIRST_REPEAT_MS = 1000;
const LAST_REPEAT_MS = 30_000;
const NONE: readonly OutgoingItem[] = [];

export class Outgoing {
  private items = new Map<string, OutgoingItem>();
  private byConversation = new Map<string, readonly OutgoingItem[]>();
  private readonly listeners = new Set<() => void>();
  private readonly working = new Set<string>();
  /** What ends the waiting for the next repeat, by conversation. */
  private readonly repeats = new Map<string, () => void>();
  private readonly failures = new Map<string, number>();
  /** Items that are being written to the store, and those that are gone: what is read meanwhile may not know it. */
  private readonly storing = new Set<string>();
  private readonly gone = new Set<string>();
  private stopped = false;

  constructor(private readonly parts: OutgoingParts) {}

  /** Goes on with what an earlier page, or another tab, left. */
  async start(): Promise<void> {
    await this.read();
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    for (const cancel of this.repeats.values()) cancel();
    this.repeats.clear();
  }

  of = (conversationId: string): readonly OutgoingItem[] => this.byConversation.get(conversationId) ?? NONE;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Puts a message on its way; answers its client id once it is stored. */
  async send(conversationId: string, body: NewBody, attachments: Attachment[] = []): Promise<string> {
    const item: OutgoingItem = {
      clientId: this.parts.newId(),
      conversationId,
      body,
      attachments,
      at: Math.max(this.parts.now(), ...this.of(conversationId).map((one) => one.at + 1)),
      state: "waiting",
      problem: null,
    };
    await this.keep(item);
    void this.work(conversationId);
    return item.clientId;
  }

  /** Sends a refused one once more, or an unsure one at once. */
  async retry(clientId: string): Promise<void> {
    const item = this.items.get(clientId);
    if (item === undefined) return;
    if (item.state === "refused") await this.keep({ ...item, state: "waiting", problem: null });
    this.repeatNow(item.conversationId);
  }

  /** Takes a refused or waiting one back and answers it, to be edited or forgotten. One that may be sent stays: null. */
  async takeBack(clientId: string): Promise<OutgoingItem | null> {
    const item = this.items.get(clientId);
    if (item === undefined || (item.state !== "refused" && item.state !== "waiting")) return null;
    await this.drop(clientId);
    return item;
  }

  /** The server's messages, from wherever: an item that is among them has arrived. */
  seen(messages: readonly Message[]): void {
    for (const { client_id: clientId } of messages) {
      if (clientId && this.items.has(clientId)) void this.drop(clientId);
    }
  }

  /** There may be a connection again: repeat everything now. */
  wake(): void {
    for (const conversationId of this.byConversation.keys()) this.repeatNow(conversationId);
  }

  /** Another tab has changed what is stored. */
  async changedElsewhere(): Promise<void> {
    await this.read();
    for (const conversationId of this.byConversation.keys()) {
      if (!this.repeats.has(conversationId)) void this.work(conversationId);
    }
  }

  private repeatNow(conversationId: string): void {
    this.repeats.get(conversationId)?.();
    this.repeats.delete(conversationId);
    void this.work(conversationId);
  }

  /** Sends what waits in a conversation, in order, unless this tab is at it already. */
  private async work(conversationId: string): Promise<void> {
    if (this.working.has(conversationId) || this.repeats.has(conversationId) || this.next(conversationId) === undefined)
      return;
    if (this.stopped || !this.parts.online()) return;
    this.working.add(conversationId);
    try {
      await this.parts.alone(`atd-send/${this.parts.attendantId}/${conversationId}`, async () => {
        await this.read(); // the tab that was at it before us may have sent some
        for (let item = this.next(conversationId); item !== undefined; item = this.next(conversationId)) {
          if (this.stopped || !this.parts.online()) return;
          if (!(await this.attempt(item))) return;
        }
      });
    } finally {
      this.working.delete(conversationId);
    }
    void this.work(conversationId); // one may have come while the work was ending
  }

  private next(conversationId: string): OutgoingItem | undefined {
    return this.of(conversationId).find((item) => item.state !== "refused");
  }

  /** Whether the next one may follow. */
  private async attempt(item: OutgoingItem): Promise<boolean> {
    const { clientId, conversationId } = item;
    const unsure = item.state === "unsure" || item.state === "sending";
    // Stored as unsure: should this page end before the answer, nobody knows whether it was sent.
    await this.parts.store.put(this.keyOf(clientId), { ...item, state: "unsure" });
    if (!unsure) this.show({ ...item, state: "sending" });
    try {
      const body = { direction: "outbound", ...item.body, client_id: clientId } as NewMessage;
      this.parts.arrived(await this.parts.post(conversationId, body, clientId));
      this.failures.delete(conversationId);
      await this.drop(clientId);
      return true;
    } catch (error) {
      if (!this.items.has(clientId)) return true; // its event came, the answer did not
      if (this.stopped) return false;
      if (error instanceof ApiProblem && !isPassing(error) && error.status !== 401) {
        await this.keep({ ...item, state: "refused", problem: problemIn(error) });
        return true;
      }
      const refused = error instanceof ApiProblem && (error.status === 429 || error.status === 401);
      await this.keep({ ...item, state: unsure || !refused ? "unsure" : "waiting" });
      this.repeatLater(conversationId, error instanceof ApiProblem ? error.retryAfter : null);
      return false;
    }
  }

  private repeatLater(conversationId: string, seconds: number | null): void {
    const failures = (this.failures.get(conversationId) ?? 0) + 1;
    this.failures.set(conversationId, failures);
    const backoff = Math.min(FIRST_REPEAT_MS * 2 ** (failures - 1), LAST_REPEAT_MS) * (0.75 + Math.random() / 2);
    const cancel = this.parts.later(() => this.repeatNow(conversationId), Math.max(backoff, (seconds ?? 0) * 1000));
    this.repeats.set(conversationId, cancel);
  }

  private async keep(item: OutgoingItem): Promise<void> {
    this.show(item);
    this.storing.add(item.clientId);
    await this.parts.store.put(this.keyOf(item.clientId), item);
    this.storing.delete(item.clientId);
    this.parts.tell();
  }

  private async drop(clientId: string): Promise<void> {
    this.gone.add(clientId);
    if (this.items.delete(clientId)) this.group();
    await this.parts.store.remove(this.keyOf(clientId));
    this.parts.tell();
  }

  private async read(): Promise<void> {
    const stored = await this.parts.store.all(this.keyOf(""));
    const items = new Map<string, OutgoingItem>();
    for (const [, item] of stored) if (!this.gone.has(item.clientId)) items.set(item.clientId, item);
    for (const id of this.storing) {
      const item = this.items.get(id);
      if (item !== undefined) items.set(id, item);
    }
    for (const [id, item] of items) {
      // Stored as unsure while it is on its way here: shown as on its way.
      const shown = this.items.get(id);
      if (shown?.state === "sending" && item.state === "unsure") items.set(id, shown);
    }
    this.items = items;
    this.group();
  }

  private show(item: OutgoingItem): void {
    this.items.set(item.clientId, item);
    this.group();
  }

  private group(): void {
    const groups = new Map<string, OutgoingItem[]>();
    for (const item of [...this.items.values()].sort((a, b) => a.at - b.at)) {
      const group = groups.get(item.conversationId);
      if (group === undefined) groups.set(item.conversationId, [item]);
      else group.push(item);
    }
    this.byConversation = groups;
    for (const listener of this.listeners) listener();
  }

  private keyOf(clientId: string): string {
    return `${this.parts.attendantId}/${clientId}`;
  }
}

function problemIn({ status, code, message, errors }: ApiProblem): OutgoingProblem {
  return { status, code, detail: message, errors: [...errors] };
}
