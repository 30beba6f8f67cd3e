/** What this tab tells colleagues: which conversation the person looks at, and that they type. */
const SEEN_EVERY_MS = 15_000;
const TYPING_EVERY_MS = 3000;

export class Signals {
  private viewing: string | null = null;
  private shown = document.visibilityState === "visible";
  private timer: ReturnType<typeof setInterval> | null = null;
  private typedAt = -Infinity;
  private typedIn = "";

  constructor(
    private readonly send: (frame: object) => boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the person has this conversation before them, in a window that has their attention. */
  reads(conversationId: string): boolean {
    return this.shown && this.viewing === conversationId && document.hasFocus();
  }

  /** I look at this conversation, or at none. */
  viewingIs(conversationId: string | null): void {
    if (conversationId === this.viewing) return;
    this.viewing = conversationId;
    this.again();
  }

  typing(conversationId: string, note: boolean): void {
    const what = `${conversationId}/${note}`;
    if (what === this.typedIn && this.now() - this.typedAt < TYPING_EVERY_MS) return;
    if (!this.send({ type: "typing", conversation_id: conversationId, note })) return;
    this.typedIn = what;
    this.typedAt = this.now();
  }

  /** Whether the page can be seen: behind another window nobody looks. */
  visible(shown: boolean): void {
    if (shown === this.shown) return;
    this.shown = shown;
    this.again();
  }

  /** Say it now, and go on saying it. */
  again(): void {
    this.stop();
    const seen = this.shown ? this.viewing : null;
    this.send({ type: "seen", conversation_id: seen });
    if (seen !== null)
      this.timer = setInterval(() => this.send({ type: "seen", conversation_id: seen }), SEEN_EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
