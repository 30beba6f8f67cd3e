/**
 * What screen readers are told. Only what concerns what the person is doing: messages of the open conversation, results
 * of their own actions; never every message of every conversation. At most one announcement a second.
 */

const EVERY_MS = 1000;
const AT_MOST = 3;

export class Announcer {
  private waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listener: (text: string) => void = () => undefined;

  announce = (text: string): void => {
    this.waiting = [...this.waiting, text].slice(-AT_MOST);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.listener(this.waiting.join(". "));
      this.waiting = [];
    }, EVERY_MS);
  };

  /** Returns what stops listening. */
  listen(listener: (text: string) => void): () => void {
    this.listener = listener;
    return () => (this.listener = () => undefined);
  }
}

export const announcer = new Announcer();

/** Tell screen readers, politely. */
export const announce = announcer.announce;
