/** What the tabs of one browser tell each other. After its end it says nothing: answers still come in then. */
export class TabChannel<T> {
  private channel: BroadcastChannel | null;

  constructor(name: string) {
    this.channel = new BroadcastChannel(name);
  }

  tell(message: T): void {
    this.channel?.postMessage(message);
  }

  listen(listener: (message: T) => void): void {
    if (this.channel !== null) this.channel.onmessage = ({ data }: MessageEvent<T>) => listener(data);
  }

  close(): void {
    this.channel?.close();
    this.channel = null;
  }
}
