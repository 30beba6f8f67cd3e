/**
 * What was typed and not sent yet. Kept in memory, where reading and writing are immediate, and a moment later in
 * IndexedDB; other tabs follow. Every draft belongs to one attendant, one conversation and one mode. `DraftSync` keeps
 * them on the server as well.
 */
import type { Farewell, RecordStore } from "@/shared/storage/records";

export type DraftMode = "reply" | "note";

export interface DraftFile {
  id: string;
  name: string;
  mime_type: string;
  size: number | null;
  /** As what it is to be sent, where there is a choice; absent: the usual. */
  as?: "image" | "video" | "audio" | "document" | "sticker" | "voice";
}

export interface Draft {
  text: string;
  /** The message that is quoted. */
  replyTo: string | null;
  /** Files that are uploaded and not sent yet. */
  files: readonly DraftFile[];
}

export interface StoredDraft extends Draft {
  /** When it was last changed, on the server's clock as far as it is known. */
  at: number;
  /** The server's version on which it is based; 0: the server had none. Absent: it was never compared. */
  version?: number;
  /** Whether the server has exactly this. */
  synced?: boolean;
}

/** Where a draft stands. */
export interface DraftPlace {
  conversationId: string;
  mode: DraftMode;
}

export const EMPTY_DRAFT: Draft = { text: "", replyTo: null, files: [] };

export const isEmpty = (draft: Draft) => draft.text === "" && draft.replyTo === null && draft.files.length === 0;

const fileKeys = ({ files }: Draft) => files.map(({ id, as }) => `${id} ${as ?? ""}`).join("\n");

export const sameDraft = (a: Draft, b: Draft) =>
  a.text === b.text && a.replyTo === b.replyTo && fileKeys(a) === fileKeys(b);

export interface DraftParts {
  attendantId: string;
  store: RecordStore<StoredDraft>;
  now: () => number;
  /** Where the page leaves what IndexedDB may not take any more as it ends; read and emptied at the next start. */
  farewell: Farewell<StoredDraft>;
  /** Tells the other tabs of a change. */
  tell: (key: string, draft: StoredDraft) => void;
}

const WRITE_AFTER_MS = 300;

export class Drafts {
  private readonly drafts = new Map<string, StoredDraft>();
  private readonly unwritten = new Set<string>();
  private readonly writing = new Set<string>();
  private readonly holds = new Set<string>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly watchers = new Set<(place: DraftPlace, own: boolean) => void>();
  private readonly allListeners = new Set<() => void>();
  private shown: readonly [DraftPlace, StoredDraft][] | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly parts: DraftParts) {}

  /** Reads what is stored. What was typed before it was read is later and stays. */
  async start(): Promise<void> {
    const prefix = `${this.parts.attendantId}/`;
    for (const [key, draft] of this.parts.farewell.take(prefix)) {
      this.takeLater(key, draft);
      this.unwritten.add(key);
    }
    for (const [key, draft] of await this.parts.store.all(prefix)) this.takeLater(key, draft);
    await this.flush();
  }

  get(conversationId: string, mode: DraftMode): Draft {
    return this.drafts.get(this.keyOf(conversationId, mode)) ?? EMPTY_DRAFT;
  }

  set(conversationId: string, mode: DraftMode, changes: Partial<Draft>): void {
    const key = this.keyOf(conversationId, mode);
    const before = this.drafts.get(key);
    const { text, replyTo, files } = { ...EMPTY_DRAFT, ...before, ...changes };
    const at = Math.max(this.parts.now(), (before?.at ?? 0) + 1);
    this.put(key, { text, replyTo, files, at, ...versionOf(before), synced: false });
    this.tellWatchers(key, true);
  }

  clear(conversationId: string, mode: DraftMode): void {
    this.set(conversationId, mode, EMPTY_DRAFT);
    void this.flush();
  }

  /** Write what is not written yet, now: the page may end. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const keys = [...this.unwritten];
    this.unwritten.clear();
    await Promise.all(keys.map((key) => this.write(key)));
  }

  /** The page ends, perhaps before IndexedDB has written: what is unwritten is left where writing is immediate. */
  leave(): void {
    const left = [...this.unwritten, ...this.writing].flatMap((key) => {
      const draft = this.drafts.get(key);
      return draft === undefined ? [] : [[key, draft] as [string, StoredDraft]];
    });
    this.parts.farewell.leave(left);
    void this.flush();
  }

  /** Somebody types in it here: what other tabs do waits until they stop. */
  hold(conversationId: string, mode: DraftMode): () => void {
    const key = this.keyOf(conversationId, mode);
    this.holds.add(key);
    return () => void this.holds.delete(key);
  }

  /** Another tab has changed a draft; the last change wins, except where somebody types. */
  changedElsewhere(key: string, draft: StoredDraft): void {
    if (key.startsWith(`${this.parts.attendantId}/`) && !this.holds.has(key)) this.takeLater(key, draft);
  }

  /** Whether somebody types in it here. */
  held(conversationId: string, mode: DraftMode): boolean {
    return this.holds.has(this.keyOf(conversationId, mode));
  }

  /** The draft with what is known of the server's; undefined where nothing was ever written. */
  stateOf({ conversationId, mode }: DraftPlace): StoredDraft | undefined {
    return this.drafts.get(this.keyOf(conversationId, mode));
  }

  all(): [DraftPlace, StoredDraft][] {
    return [...this.drafts].map(([key, draft]) => [this.placeOf(key), draft]);
  }

  /** The same as `all`, and the same object until something changes. */
  snapshot(): readonly [DraftPlace, StoredDraft][] {
    return (this.shown ??= this.all());
  }

  /** Calls back for every change of any draft; answers what ends it. */
  subscribeAll = (listener: () => void): (() => void) => {
    this.allListeners.add(listener);
    return () => this.allListeners.delete(listener);
  };

  /** The server has what stood here at this time; what was typed since is based on it. */
  taken({ conversationId, mode }: DraftPlace, at: number, version: number): void {
    const key = this.keyOf(conversationId, mode);
    const draft = this.drafts.get(key);
    if (draft === undefined) return;
    const synced = draft.at === at;
    this.put(key, { ...draft, version, synced, at: synced ? Math.max(at + 1, version) : draft.at });
    if (synced) void this.flush(); // other tabs write over this version
  }

  /** What is written here is a change of this version of the server's. */
  rebase({ conversationId, mode }: DraftPlace, version: number): void {
    const key = this.keyOf(conversationId, mode);
    const draft = this.drafts.get(key);
    if (draft !== undefined && draft.version !== version) this.put(key, { ...draft, version });
  }

  /** Shows what the server has, which another device wrote. */
  adopt({ conversationId, mode }: DraftPlace, { text, replyTo, files }: Draft, version: number): void {
    const key = this.keyOf(conversationId, mode);
    const at = Math.max((this.drafts.get(key)?.at ?? 0) + 1, version);
    this.put(key, { text, replyTo, files, at, version, synced: true });
  }

  /** Calls back for every change that somebody made, here (`own`) or in another tab; answers what ends it. */
  watch(watcher: (place: DraftPlace, own: boolean) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  subscribe(conversationId: string, mode: DraftMode, listener: () => void): () => void {
    const key = this.keyOf(conversationId, mode);
    const listeners = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(key);
    };
  }

  private async write(key: string): Promise<void> {
    const draft = this.drafts.get(key);
    if (draft === undefined) return;
    this.parts.tell(key, draft);
    this.writing.add(key);
    await (isForgotten(draft) ? this.parts.store.remove(key) : this.parts.store.put(key, draft));
    this.writing.delete(key);
    this.parts.farewell.take(key); // of an end that the page came back from
  }

  private takeLater(key: string, draft: StoredDraft): void {
    if ((this.drafts.get(key)?.at ?? -1) >= draft.at) return;
    this.drafts.set(key, draft);
    this.show(key);
    this.tellWatchers(key, false);
  }

  private put(key: string, draft: StoredDraft): void {
    this.drafts.set(key, draft);
    this.unwritten.add(key);
    this.timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS);
    this.show(key);
  }

  private tellWatchers(key: string, own: boolean): void {
    for (const watcher of this.watchers) watcher(this.placeOf(key), own);
  }

  private show(key: string): void {
    this.shown = null;
    for (const listener of this.listeners.get(key) ?? []) listener();
    for (const listener of this.allListeners) listener();
  }

  private keyOf(conversationId: string, mode: DraftMode): string {
    return `${this.parts.attendantId}/${conversationId}/${mode}`;
  }

  private placeOf(key: string): DraftPlace {
    const [, conversationId = "", mode] = key.split("/");
    return { conversationId, mode: mode === "note" ? "note" : "reply" };
  }
}

const versionOf = (draft: StoredDraft | undefined) => (draft?.version === undefined ? {} : { version: draft.version });

/** Nothing of it has to be kept: it is empty, and the server has none either, or none that it was compared with. */
const isForgotten = (draft: StoredDraft) => isEmpty(draft) && (draft.synced === true || !draft.version);
