/** Searches that may have new results are asked again, together and not more often than every few seconds. */

const PAUSE_MS = 2000;

export class Searches {
  private readonly due = new Map<string, readonly unknown[]>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly ask: (queryKey: readonly unknown[]) => void) {}

  add(queryKey: readonly unknown[]): void {
    this.due.set(JSON.stringify(queryKey), queryKey);
    this.timer ??= setTimeout(() => this.askAll(), PAUSE_MS);
  }

  forget(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.due.clear();
  }

  private askAll(): void {
    const keys = [...this.due.values()];
    this.forget();
    for (const key of keys) this.ask(key);
  }
}
