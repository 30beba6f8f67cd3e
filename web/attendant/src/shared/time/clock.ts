/**
 * The server's clock. A laptop may be hours wrong: whatever is compared with a time of the API (how long ago, how long
 * is left, which day it is) is compared with this clock, never with `Date.now()`.
 */
export class ServerClock {
  private offset = 0;
  private known = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly local: () => number = Date.now) {}

  /** The server's time now, in milliseconds since 1970. */
  now(): number {
    return this.local() + this.offset;
  }

  /**
   * Learn from a time that the server has just sent: an HTTP `Date` header (whole seconds) or RFC 3339.
   * Differences of less than two seconds are the network's and change nothing once the clock is known.
   */
  learn(sent: string | null | undefined): void {
    const server = sent ? Date.parse(sent) : NaN;
    if (Number.isNaN(server)) return;
    const offset = server - this.local();
    if (this.known && Math.abs(offset - this.offset) < 2000) return;
    this.offset = Math.abs(offset) < 2000 ? 0 : offset;
    this.known = true;
    for (const listener of this.listeners) listener();
  }

  /** Calls back when the offset changes; answers what ends it. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const serverClock = new ServerClock();
