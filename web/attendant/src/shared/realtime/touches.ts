/** Tells the server when somebody has last used this device: an untouched one makes its attendant "away" after a time. */
const EVERY_MS = 60_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "focus"] as const;

export class Touches {
  private usedAt: number | null = null;
  private toldAt: number | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** `now` is the server's time in milliseconds. */
  constructor(
    private readonly send: (frame: object) => boolean,
    private readonly now: () => number,
  ) {}

  /** Listens to the page; answers what ends it. */
  start(): () => void {
    const used = () => this.used();
    for (const sign of SIGNS) window.addEventListener(sign, used, { capture: true, passive: true });
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, used, { capture: true });
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = null;
    };
  }

  /** Somebody uses the page: told at once, and then once a minute as long as it goes on. */
  used(): void {
    this.usedAt = this.now();
    if (this.timer === null) this.tell();
  }

  /** A new connection knows nothing yet. */
  again(): void {
    this.toldAt = null;
    if (this.usedAt !== null) this.tell();
  }

  private tell(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.usedAt === null || this.usedAt === this.toldAt) return;
    if (!this.send({ type: "presence", used_at: new Date(this.usedAt).toISOString() })) return;
    this.toldAt = this.usedAt;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.tell();
    }, EVERY_MS);
  }
}
