/**
 * Keeps drafts on the server, so that another browser goes on where this one stopped. What is typed here is written a
 * moment later, what another device wrote is shown here; of two changes the later one wins, and nothing is replaced
 * under somebody who types. Without a connection drafts stay here and are written when there is one again.
 */
import { ApiProblem, isPassing } from "@/shared/api/problem";
import {
  EMPTY_DRAFT,
  isEmpty,
  sameDraft,
  type Draft,
  type DraftPlace,
  type Drafts,
} from "@/shared/conversations/drafts";
import { PlaceQueue } from "@/shared/conversations/placeQueue";

export interface ServerDraft extends DraftPlace {
  draft: Draft;
  /** 0: there is none. */
  version: number;
}

/** What the server tells of a draft that was changed: no text. */
export interface DraftNews {
  version: number;
  empty: boolean;
}

export interface DraftSyncParts {
  drafts: Drafts;
  /** All of the attendant's. */
  list: () => Promise<ServerDraft[]>;
  get: (place: DraftPlace) => Promise<ServerDraft>;
  /** Writes it over this version; answers the new one. Raises `ApiProblem` 409 where it is another. */
  put: (place: DraftPlace, draft: Draft, version: number) => Promise<number>;
  remove: (place: DraftPlace, version: number) => Promise<void>;
  online: () => boolean;
  /** Whether the conversation can be reached at all. */
  reachable: (conversationId: string) => boolean;
  /** Somebody's text gave way to a later one of another device: it is offered to be put back. */
  replaced: (place: DraftPlace, lost: Draft) => void;
  now: () => number;
  /** Calls back later; answers what prevents it. */
  later: (call: () => void, ms: number) => () => void;
}

/** Characters that the server keeps of one draft (`MAX_TEXT` there); a longer one stays here. */
const MAX_TEXT = 20_000;
const CONFLICT = 409;
const TRIES = 3;
const LIST_REPEATS_MS = [1000, 4000, 15_000];

export class DraftSync {
  private readonly queue: PlaceQueue;
  private readonly news = new Map<string, DraftNews>();
  private compared = false;
  private comparing = false;
  private stopped = false;
  private readonly endWatching: () => void;
  private cancelRepeat: () => void = () => undefined;

  constructor(private readonly parts: DraftSyncParts) {
    this.queue = new PlaceQueue(
      parts,
      (place) => this.write(place),
      (place) => this.settled(place),
    );
    this.endWatching = parts.drafts.watch((place, own) => this.changed(place, own));
  }

  stop(): void {
    this.stopped = true;
    this.endWatching();
    this.cancelRepeat();
    this.queue.stop();
  }

  /** There is a connection (again): compare everything, as nobody told what changed meanwhile. */
  async compare(failures = 0): Promise<void> {
    if (this.comparing || this.stopped) return;
    this.comparing = true;
    this.cancelRepeat();
    try {
      const { drafts } = this.parts;
      const before = new Map(drafts.all().map(([place, draft]) => [keyOf(place), draft]));
      const found = await this.parts.list();
      if (this.hasEnded()) return;
      const known = new Set(found.map(keyOf));
      const same = (place: DraftPlace) => drafts.stateOf(place) === before.get(keyOf(place));
      for (const one of found) if (same(one)) this.take(one);
      for (const [place, draft] of drafts.all()) {
        if (known.has(keyOf(place)) || !same(place)) continue;
        if (draft.synced !== true) drafts.rebase(place, 0);
        else if (!isEmpty(draft)) drafts.adopt(place, EMPTY_DRAFT, 0);
      }
      this.compared = true;
      this.flush();
    } catch (error) {
      const wait = LIST_REPEATS_MS[failures];
      if (wait === undefined || !isPassing(error) || !this.parts.online()) return;
      this.cancelRepeat = this.parts.later(() => void this.compare(failures + 1), wait);
    } finally {
      this.comparing = false;
    }
  }

  /** Write what is not written yet, now: the page may end. */
  flush(): void {
    for (const [place, draft] of this.parts.drafts.all()) {
      if (draft.synced !== true) this.queue.add(place, 0);
    }
  }

  /** A draft was changed on some device of the attendant's, perhaps this one. */
  async heard(place: DraftPlace, news: DraftNews): Promise<void> {
    if (this.queue.isBusy(place)) {
      this.news.set(keyOf(place), news);
      return;
    }
    const { drafts } = this.parts;
    const draft = drafts.stateOf(place);
    const version = draft?.version ?? 0;
    if (news.empty) this.heardEmpty(place, news.version);
    else if (news.version > version && (draft === undefined || draft.synced === true)) {
      const found = await this.parts.get(place).catch(() => null); // the next comparison finds it
      if (found !== null && drafts.stateOf(place) === draft) this.take(found);
    }
  }

  private heardEmpty(place: DraftPlace, version: number): void {
    const { drafts } = this.parts;
    const draft = drafts.stateOf(place);
    if (draft === undefined || version < (draft.version ?? 0)) return;
    if (isEmpty(draft)) drafts.taken(place, draft.at, 0);
    else if (draft.synced === true) drafts.adopt(place, EMPTY_DRAFT, 0);
    else drafts.rebase(place, 0);
  }

  private changed(place: DraftPlace, own: boolean): void {
    const draft = this.parts.drafts.stateOf(place);
    if (draft === undefined || draft.synced === true) this.queue.drop(place);
    else this.queue.typed(place, own, isEmpty(draft));
  }

  /** What the server has, where nobody has written here since it was asked for. */
  private take(found: ServerDraft): void {
    const { drafts } = this.parts;
    const draft = drafts.stateOf(found);
    if (draft === undefined || draft.synced === true) {
      if (found.version > (draft?.version ?? 0)) drafts.adopt(found, found.draft, found.version);
    } else if (sameDraft(draft, found.draft)) drafts.taken(found, draft.at, found.version);
    else if (this.isLater(found)) {
      if (!isEmpty(draft)) this.parts.replaced(found, draft);
      drafts.adopt(found, found.draft, found.version);
    } else drafts.rebase(found, found.version);
  }

  /** Whether another device wrote after this one did, and nobody types here. */
  private isLater(found: ServerDraft): boolean {
    const { drafts } = this.parts;
    const draft = drafts.stateOf(found);
    if (drafts.held(found.conversationId, found.mode) || found.version === (draft?.version ?? 0)) return false;
    return found.version > (draft?.at ?? 0);
  }

  /** Brings the server to what stands here, or this to what the server has. Raises what prevented it. */
  private async write(place: DraftPlace): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const draft = this.parts.drafts.stateOf(place);
      if (draft === undefined || draft.synced === true || !this.compared) return;
      if (!this.parts.reachable(place.conversationId) || draft.text.length > MAX_TEXT) return;
      try {
        await (isEmpty(draft) ? this.writeEmpty(place) : this.writeText(place));
        return;
      } catch (error) {
        if (!(error instanceof ApiProblem && error.status === CONFLICT) || tries === TRIES) throw error;
        this.take(await this.parts.get(place));
      }
    }
  }

  private async writeText(place: DraftPlace): Promise<void> {
    const draft = this.parts.drafts.stateOf(place);
    if (draft === undefined) return;
    const version = await this.parts.put(place, draft, draft.version ?? 0);
    this.parts.drafts.taken(place, draft.at, version);
  }

  /** Sending has most likely deleted it already, so the server is asked first. */
  private async writeEmpty(place: DraftPlace): Promise<void> {
    const { drafts, get, remove } = this.parts;
    const draft = drafts.stateOf(place);
    if (draft === undefined) return;
    const found = draft.version === 0 ? null : await get(place);
    if (found !== null && found.version > 0) {
      if (this.isLater(found)) {
        drafts.adopt(place, found.draft, found.version);
        return;
      }
      await remove(place, found.version);
    }
    drafts.taken(place, draft.at, 0);
  }

  private hasEnded(): boolean {
    return this.stopped;
  }

  private settled(place: DraftPlace): void {
    const news = this.news.get(keyOf(place));
    this.news.delete(keyOf(place));
    if (news !== undefined) void this.heard(place, news);
  }
}

function keyOf({ conversationId, mode }: DraftPlace): string {
  return `${conversationId}/${mode}`;
}
