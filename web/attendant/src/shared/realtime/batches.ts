/** Gathers events and hands them on once per painted frame, or a few times a second while nobody looks. */
const HIDDEN_MS = 100;
/** More than these are not kept waiting for one frame: each frame's work has a bound. */
const MOST = 500;

export class Batches<T> {
  private waiting: T[] = [];
  private planned = false;

  constructor(
    private readonly take: (batch: readonly T[]) => void,
    private readonly plan: (call: () => void) => void = nextFrame,
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
    const batch = this.waiting.splice(0, MOST);
    if (batch.length > 0) this.take(batch);
    if (this.waiting.length > 0) this.planPass();
  }

  private planPass(): void {
    if (this.planned) return;
    this.planned = true;
    this.plan(() => this.pass());
  }
}

/** A hidden page is painted no more, and one that is being hidden may miss the frame it waited for. */
function nextFrame(call: () => void): void {
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
