/**
 * Notices that a newer build of the client is served, and changes to it without interrupting anybody: when the person
 * asks for it, or by itself while the tab is hidden and nothing is under way.
 */
import { isBusy } from "@/shared/update/reloadHolds";

const QUIET_MS = 60_000;
const LOOK_AGAIN_MS = 60_000;

interface Surroundings {
  /** The build of the loaded page; null in development. */
  own: string | null;
  /** The build that is served now. */
  served: () => Promise<string | null>;
  /** Let the service worker fetch the new build's files, and take over. */
  prepare: () => Promise<void>;
  activate: () => Promise<void>;
  reload: () => void;
  hidden: () => boolean;
  now: () => number;
}

export class Updates {
  private available = false;
  private applying = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly around: Surroundings) {}

  isAvailable = (): boolean => this.available;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Ask the server which build it serves; without an answer nothing changes. */
  look = async (): Promise<void> => {
    if (this.around.own === null || this.available) return;
    const served = await this.around.served().catch(() => null);
    if (served === null || served === this.around.own) return;
    await this.around.prepare().catch(() => undefined);
    this.available = true;
    for (const listener of this.listeners) listener();
  };

  /** Change to the new build now. */
  apply = async (): Promise<void> => {
    if (this.applying) return;
    this.applying = true;
    await this.around.activate().catch(() => undefined);
    this.around.reload();
  };

  /** Change to it if nobody would notice. */
  applyUnseen = async (): Promise<void> => {
    if (!this.available || !this.around.hidden() || isBusy(this.around.now(), QUIET_MS)) return;
    await this.apply();
  };

  /** Look and change from time to time. Returns what stops it. */
  start(): () => void {
    const look = () => {
      if (this.around.hidden()) void this.applyUnseen();
      else void this.look();
    };
    const timer = setInterval(() => void this.applyUnseen(), LOOK_AGAIN_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }
}
