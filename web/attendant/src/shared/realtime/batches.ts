/**
 * Gathers events and hands them on with the next painted frame, and while many come a few times a second: drawing is
 * paid for once a batch, and typing goes on in between.
 */
const PAUSE_MS = 80;
const HIDDEN_MS = 100;
/** More than these are not kept waiting for one frame: each frame's work has a bound. */
const MOST = 500;

/** Calls back once, not before `wait` milliseconds have gone. */
type Plan = (call: () => void, wait: number) => void;

export class Batches<T> {
  private waiting: T[] = [];
  private planned = false;
  private passedAt = -Infinity;

  constructor(
    private readonly take: (batch: readonly T[]) => void,
    private readonly plan: Plan = nextFrame,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(one: T): void {
    this.waiting.push(one);
    this.planPass();
  }

  /** Hands on what waits, at once. */
  flush(): void {
    while (this.waiting.length > 0) this.take(this.waiting.splice(0, MOST));
  }

  private pass(): void {
    this.planned = false;
    this.passedAt = this.now();
    const batch = this.waiting.splice(0, MOST);
    if (batch.length > 0) this.take(batch);
    if (this.waiting.length > 0) this.planPass();
  }

  private planPass(): void {
    if (this.planned) return;
    this.planned = true;
    this.plan(() => this.pass(), Math.max(0, this.passedAt + PAUSE_MS - this.now()));
  }
}

/** A hidden page is painted no more, and one that is being hidden may miss the frame it waited for. */
function nextFrame(call: () => void, wait: number): void {
  if (wait > 0) {
    setTimeout(() => nextFrame(call, 0), wait);
    return;
  }
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    call();
  };
  const timer = setTimeout(once, HIDDEN_MS);
  const frame = document.visibilityState === "visible" ? requestAnimationFrame(once) : 0;
}
