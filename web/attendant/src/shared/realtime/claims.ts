/** One tab of all that hear of an event acts on it: the first to claim it. */
import { alone } from "@/shared/storage/locks";

const REMEMBERED = 500;

export class Claims {
  private readonly taken = new Set<string>();
  private readonly tabs: Pick<BroadcastChannel, "postMessage" | "close" | "onmessage">;

  constructor(
    name: string,
    tabs: Pick<BroadcastChannel, "postMessage" | "close" | "onmessage"> = new BroadcastChannel(name),
  ) {
    this.tabs = tabs;
    this.tabs.onmessage = ({ data }: MessageEvent<string>) => this.remember(data);
  }

  /** Whether it is this tab's. A tab that hears of it late, because it is hidden, knows that it was taken. */
  claim(id: string): Promise<boolean> {
    return alone(`atd-claim/${id}`, async () => {
      await Promise.resolve(); // what another tab said before it let go is heard first
      if (this.taken.has(id)) return false;
      this.remember(id);
      this.tabs.postMessage(id);
      return true;
    });
  }

  close(): void {
    this.tabs.close();
  }

  private remember(id: string): void {
    this.taken.add(id);
    if (this.taken.size > REMEMBERED) this.taken.delete(this.taken.values().next().value ?? id);
  }
}
