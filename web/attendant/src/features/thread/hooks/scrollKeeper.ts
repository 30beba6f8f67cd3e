/**
 * Keeps what somebody reads where it is. Browsers do it by themselves only in part (Safari not at all), so theirs is
 * turned off, and this does it in all of them: whatever changes, the row in sight stays in its place, or the end stays
 * the end. Everything is put right before the browser paints: in React's layout effects and in a ResizeObserver.
 */
import { isAtEnd, movedBy, type Metrics } from "../model/place";

/** What is held in its place: the end of the thread, or a row at a distance from the upper edge. */
type Anchor = { at: "end" } | { at: "row"; key: string; sequence: number; offset: number };

/** What is known of the reader. `seen`: the sequence of the last message that was in sight. */
export interface Reading {
  atEnd: boolean;
  seen: number;
}

/** So much of a message in sight, in pixels, counts as seen. */
const SEEN_PX = 64;
const UNREAD_LINE_PX = 16;

export class ScrollKeeper {
  private parts: { scroller: HTMLElement; content: HTMLElement; moved: (metrics: Metrics) => void } | null = null;
  /** There are newer messages than the loaded ones: the end of what is loaded is not the end. */
  private hasNewer = false;
  private anchor: Anchor = { at: "end" };
  private size: Metrics = { top: 0, height: 0, full: 0 };
  private reading: Reading = { atEnd: true, seen: 0 };
  private frame = 0;
  private readonly listeners = new Set<() => void>();

  /** `moved` is called after every move with where the reader is: time to load more? Returns what ends it. */
  attach(scroller: HTMLElement, content: HTMLElement, moved: (metrics: Metrics) => void): () => void {
    this.parts = { scroller, content, moved };
    const sizes = new ResizeObserver(() => this.keep());
    sizes.observe(scroller);
    sizes.observe(content);
    scroller.addEventListener("scroll", this.scrolled, { passive: true });
    return () => {
      sizes.disconnect();
      scroller.removeEventListener("scroll", this.scrolled);
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.parts = null;
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): Reading => this.reading;

  /** Something has changed: put what is read back to where it was. */
  keep(hasNewer = this.hasNewer): void {
    this.hasNewer = hasNewer;
    if (this.parts === null) return;
    this.restore();
    this.remember();
    this.look();
  }

  toEnd(): void {
    this.anchor = { at: "end" };
    this.keep();
  }

  /** Whether the row is there; then it is brought to the middle, or to the upper edge. */
  toRow(key: string, align: "top" | "middle"): boolean {
    const row = this.find(key);
    if (this.parts === null || row === null) return false;
    const { scroller } = this.parts;
    const room = scroller.clientHeight - row.offsetHeight;
    const offset = align === "top" || room < 0 ? UNREAD_LINE_PX : room / 2;
    this.anchor = { at: "row", key, sequence: sequenceOf(row), offset };
    this.restore();
    // Short of room the row is not where it was to be: then its place is where it is, or the end.
    this.capture();
    this.look();
    return true;
  }

  private readonly scrolled = (): void => {
    if (this.parts === null) return;
    const now = this.metrics(this.parts.scroller);
    if (now.full !== this.size.full || now.height !== this.size.height) {
      // Something has grown since the last frame, and nobody has put it right yet.
      const moved = movedBy(this.size, now);
      this.restore();
      this.parts.scroller.scrollTop += moved;
    } else if (now.top === this.size.top) {
      return; // our own move
    }
    this.capture();
    this.look();
  };

  private restore(): void {
    if (this.parts === null) return;
    const { scroller } = this.parts;
    if (this.anchor.at === "end" && !this.hasNewer) {
      const end = scroller.scrollHeight - scroller.clientHeight;
      if (Math.abs(scroller.scrollTop - end) >= 1) scroller.scrollTop = end;
      return;
    }
    if (this.anchor.at === "end") {
      this.capture();
      return;
    }
    const row = this.find(this.anchor.key) ?? this.nextTo(this.anchor.sequence);
    if (row === null) return;
    const off = this.topOf(row) - this.anchor.offset;
    if (Math.abs(off) >= 1) scroller.scrollTop += off;
  }

  /** Takes the present place as the one to be kept. */
  private capture(): void {
    if (this.parts === null) return;
    this.remember();
    if (!this.hasNewer && isAtEnd(this.size)) {
      this.anchor = { at: "end" };
      return;
    }
    const rows = this.rows();
    const first = firstFrom(rows, (row) => this.topOf(row) >= 0) ?? rows.at(-1);
    const key = first?.dataset["row"];
    if (first === undefined || key === undefined) return;
    this.anchor = { at: "row", key, sequence: sequenceOf(first), offset: this.topOf(first) };
  }

  private remember(): void {
    if (this.parts !== null) this.size = this.metrics(this.parts.scroller);
  }

  /** Once a frame: what is in sight now, and is there enough around it? */
  private look(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.parts === null) return;
      this.remember();
      const { height } = this.size;
      const rows = this.rows();
      const below = firstIndex(rows, (row) => this.topOf(row) + Math.min(row.offsetHeight, SEEN_PX) > height + 1);
      let seen = this.reading.seen;
      for (let at = below - 1; at >= Math.max(0, below - 20); at -= 1) seen = Math.max(seen, sequenceOf(rows[at]));
      const atEnd = !this.hasNewer && isAtEnd(this.size);
      if (seen !== this.reading.seen || atEnd !== this.reading.atEnd) {
        this.reading = { atEnd, seen };
        for (const listener of this.listeners) listener();
      }
      this.parts.moved(this.size);
    });
  }

  private metrics({ scrollTop: top, clientHeight: height, scrollHeight: full }: HTMLElement): Metrics {
    return { top, height, full };
  }

  private rows(): HTMLElement[] {
    return [...(this.parts?.content.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  }

  private find(key: string): HTMLElement | null {
    return this.parts?.content.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;
  }

  /** The row is gone, as when another part of the conversation was loaded: the nearest one stands for it. */
  private nextTo(sequence: number): HTMLElement | null {
    return this.rows().find((row) => sequenceOf(row) >= sequence) ?? null;
  }

  private topOf(row: HTMLElement): number {
    if (this.parts === null) return 0;
    return row.getBoundingClientRect().top - this.parts.scroller.getBoundingClientRect().top;
  }
}

function sequenceOf(row: HTMLElement | undefined): number {
  return Number(row?.dataset["sequence"] ?? 0);
}

/** Rows stand below each other, so what holds for one holds for all below it. */
function firstIndex(rows: HTMLElement[], holds: (row: HTMLElement) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && holds(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstFrom(rows: HTMLElement[], holds: (row: HTMLElement) => boolean): HTMLElement | undefined {
  return rows[firstIndex(rows, holds)];
}
