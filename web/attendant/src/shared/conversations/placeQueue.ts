/** When each draft is written to the server: a moment after the last key, one request at a time, again after a failure. */
import { isPassing } from "@/shared/api/problem";
import type { DraftPlace } from "@/shared/conversations/drafts";

interface Parts {
  online: () => boolean;
  now: () => number;
  later: (call: () => void, ms: number) => () => void;
}

/** After the last change, and at the latest so long after the first. */
const AFTER_MS = 1000;
const AT_MOST_MS = 5000;
/** What was emptied was most likely sent: the server, which deletes it then, tells so meanwhile. */
const EMPTIED_MS = 3000;
/** Another tab writes what was typed there; this one does, should that one have gone. */
const OTHER_TAB_MS = 15_000;
const REPEATS_MS = [1000, 2000, 5000, 15_000, 30_000, 60_000];

interface Entry {
  place: DraftPlace;
  /** When the first change came that is not written. */
  since: number;
  busy: boolean;
  /** It was changed while it was written. */
  again: boolean;
  failures: number;
  cancel: (() => void) | null;
}

export class PlaceQueue {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly parts: Parts,
    private readonly work: (place: DraftPlace) => Promise<void>,
    private readonly settled: (place: DraftPlace) => void,
  ) {}

  stop(): void {
    for (const entry of this.entries.values()) entry.cancel?.();
    this.entries.clear();
  }

  isBusy(place: DraftPlace): boolean {
    return this.entries.get(keyOf(place))?.busy === true;
  }

  /** Somebody has changed it, here (`own`) or in another tab. */
  typed(place: DraftPlace, own: boolean, emptied: boolean): void {
    const now = this.parts.now();
    const since = this.entries.get(keyOf(place))?.since ?? now;
    const soon = Math.max(0, Math.min(AFTER_MS, since + AT_MOST_MS - now));
    this.add(place, own ? (emptied ? EMPTIED_MS : soon) : OTHER_TAB_MS);
  }

  /** Write it so much later, in place of when it was to be written. */
  add(place: DraftPlace, ms: number): void {
    const entry = this.entryOf(place);
    entry.failures = 0;
    if (entry.busy) entry.again = true;
    else this.plan(entry, ms);
  }

  /** There is nothing to be written. */
  drop(place: DraftPlace): void {
    const entry = this.entries.get(keyOf(place));
    if (entry === undefined) return;
    entry.again = false;
    entry.cancel?.();
    entry.cancel = null;
    if (!entry.busy) this.entries.delete(keyOf(place));
  }

  private entryOf(place: DraftPlace): Entry {
    const key = keyOf(place);
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const entry = { place, since: this.parts.now(), busy: false, again: false, failures: 0, cancel: null };
    this.entries.set(key, entry);
    return entry;
  }

  private plan(entry: Entry, ms: number): void {
    entry.cancel?.();
    entry.cancel = this.parts.later(() => void this.run(entry), ms);
  }

  private async run(entry: Entry): Promise<void> {
    entry.cancel = null;
    if (!this.parts.online()) {
      this.entries.delete(keyOf(entry.place)); // the next connection compares everything
      return;
    }
    entry.busy = true;
    entry.again = false;
    const wait = await this.attempt(entry);
    entry.busy = false;
    if (this.entries.get(keyOf(entry.place)) !== entry) return; // stopped meanwhile
    this.goOn(entry, wait);
    this.settled(entry.place);
  }

  /** Answers after how long it is tried again; undefined: it is done, or has failed for good. */
  private async attempt(entry: Entry): Promise<number | undefined> {
    try {
      await this.work(entry.place);
      return undefined;
    } catch (error) {
      const wait = isPassing(error) ? REPEATS_MS[entry.failures] : undefined;
      entry.failures += 1;
      return wait;
    }
  }

  private goOn(entry: Entry, wait: number | undefined): void {
    if (entry.again) {
      entry.since = this.parts.now();
      this.plan(entry, AFTER_MS);
    } else if (wait !== undefined) this.plan(entry, wait);
    else this.entries.delete(keyOf(entry.place));
  }
}

function keyOf({ conversationId, mode }: DraftPlace): string {
  return `${conversationId}/${mode}`;
}
