/** One timer for all that shows how time goes by. Ticks where a minute (or second) of the server's clock begins. */
import { useSyncExternalStore } from "react";

import { serverClock } from "@/shared/time/clock";

export type Granularity = "second" | "minute";

const LENGTH: Record<Granularity, number> = { second: 1000, minute: 60_000 };

export class Ticker {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ends: (() => void)[] = [];
  private current: number;

  constructor(
    private readonly clock: { now: () => number; subscribe: (listener: () => void) => () => void },
    private readonly length: number,
  ) {
    this.current = this.floor();
  }

  /** The server's time when the present minute (or second) began. */
  now = (): number => {
    if (this.timer === null) this.current = Math.max(this.current, this.floor());
    return this.current;
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.timer === null) this.run();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  private run(): void {
    const moved = () => this.tick();
    this.ends = [this.clock.subscribe(moved)];
    document.addEventListener("visibilitychange", moved); // timers of hidden pages are late
    this.ends.push(() => document.removeEventListener("visibilitychange", moved));
    this.current = this.floor();
    this.plan();
  }

  private plan(): void {
    this.timer = setTimeout(() => this.tick(), this.length - (this.clock.now() % this.length) + 5);
  }

  private tick(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.plan();
    const now = this.floor();
    if (now === this.current) return;
    this.current = now;
    for (const listener of this.listeners) listener();
  }

  private stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    for (const end of this.ends) end();
    this.ends = [];
  }

  private floor(): number {
    return Math.floor(this.clock.now() / this.length) * this.length;
  }
}

const tickers: Record<Granularity, Ticker> = {
  second: new Ticker(serverClock, LENGTH.second),
  minute: new Ticker(serverClock, LENGTH.minute),
};

/** The server's time, in milliseconds since 1970, new with every minute or second. */
export function useNow(granularity: Granularity = "minute"): number {
  const ticker = tickers[granularity];
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}
