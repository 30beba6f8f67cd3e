/**
 * The one WebSocket of this tab: connects, resumes where it stopped, and says how it goes. What its frames mean is
 * decided elsewhere; here is only what keeps them coming. Close codes: see the gateway's README.
 */
import { readFrame, type ConnectionFrame, type EventFrame, type PassingFrame } from "@/shared/realtime/frames";

export type ConnectionState = "live" | "connecting" | "offline";

/** What this needs of a WebSocket. */
export interface Channel {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send: (text: string) => void;
  close: (code?: number) => void;
}

export interface SocketParts {
  open: (since: string | null, token: string) => Channel;
  /** The access token, renewed when it is about to expire; null when the session is over. Raises `Unanswered`. */
  token: () => Promise<string | null>;
  /** A token other than this one, which was refused. */
  renewed: (refused: string) => Promise<string | null>;
  online: () => boolean;
  /** The server's time. */
  now: () => number;
  onEvent: (frame: EventFrame) => void;
  onPassing: (frame: PassingFrame) => void;
  /** Events may be missing: load everything again. */
  onGap: () => void;
  onState: (state: ConnectionState) => void;
  onServerTime: (now: string) => void;
  onPermissions: (permissions: readonly string[], visibility: string) => void;
  random?: () => number;
}

/** The server is heard at least every 25 seconds. */
const SILENCE_MS = 60_000;
const PONG_MS = 10_000;
const CONNECT_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30_000;
const RENEW_BEFORE_MS = 60_000;
/** After a while without a connection things look the same for longer: `offline` is said then. */
const OFFLINE_AFTER_FAILURES = 2;

const CODE = { badCursor: 4400, unauthenticated: 4401, otherAttendant: 4403, tooMany: 4429 } as const;

export class Socket {
  private channel: Channel | null = null;
  private cursor: string | null = null;
  private failures = 0;
  private state: ConnectionState = "connecting";
  private stopped = true;
  private ready = false;
  private token: string | null = null;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private silenceTimer: ReturnType<typeof setTimeout> | null = null;
  private renewTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly parts: SocketParts) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.hangUp();
    this.cancelRetry();
  }

  /** The network or the page is back: do not wait for the next try. */
  wake(): void {
    if (this.stopped) return;
    if (this.channel !== null) {
      this.check();
      return;
    }
    this.failures = 0;
    this.cancelRetry();
    void this.connect();
  }

  /** After a sleep the connection may be dead without knowing it. */
  private check(): void {
    if (this.send({ type: "ping" })) this.expectFrame(PONG_MS);
  }

  /** There is no network: say so now, and do not wait for the silence. */
  lost(): void {
    if (this.stopped) return;
    this.hangUp();
    this.cancelRetry();
    this.say("offline");
  }

  /** Sends a frame when there is a connection; false when there is none. */
  send(frame: object): boolean {
    if (!this.ready || this.channel === null) return false;
    this.channel.send(JSON.stringify(frame));
    return true;
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    const stale = () => this.stopped || attempt !== this.attempt;
    if (!this.parts.online()) {
      this.say("offline");
      return;
    }
    if (this.state === "live") this.say("connecting");
    let token: string | null;
    try {
      token = await this.parts.token();
    } catch {
      if (!stale()) this.retry();
      return;
    }
    if (stale() || token === null) return; // signed out: whoever signs in starts anew
    this.token = token;
    const channel = this.parts.open(this.cursor, token);
    this.channel = channel;
    this.expectFrame(CONNECT_MS);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (channel === this.channel && typeof data === "string") this.take(data);
    };
    channel.onclose = ({ code }) => {
      if (channel === this.channel) void this.closed(code);
    };
  }

  private take(text: string): void {
    this.expectFrame(SILENCE_MS);
    const read = readFrame(text);
    if (read === null) return;
    if (read.is === "passing") this.parts.onPassing(read.frame);
    else if (read.is === "unknown") this.cursor = read.cursor ?? this.cursor;
    else if (read.is === "event") {
      this.parts.onEvent(read.frame);
      this.cursor = read.frame.cursor; // after the event: what fails above is sent again
    } else this.takeConnectionFrame(read.frame);
  }

  private takeConnectionFrame(frame: ConnectionFrame): void {
    if (frame.type === "ready") this.connected(frame.cursor, frame.expires_at, frame.now);
    else if (frame.type === "resync") {
      this.cursor = frame.cursor;
      this.parts.onGap();
    } else if (frame.type === "heartbeat") {
      this.cursor = frame.cursor;
      if (frame.now !== undefined) this.parts.onServerTime(frame.now);
    } else if (frame.type === "authenticated") {
      this.renewBefore(frame.expires_at);
      if (frame.permissions !== undefined) this.parts.onPermissions(frame.permissions, frame.visibility ?? "all");
    }
  }

  private connected(cursor: string, expiresAt: number, now: string | undefined): void {
    if (now !== undefined) this.parts.onServerTime(now);
    const fresh = this.cursor === null;
    this.cursor = cursor;
    this.failures = 0;
    this.ready = true;
    this.renewBefore(expiresAt);
    this.say("live");
    if (fresh) this.parts.onGap(); // what was loaded before may have changed before we listened
  }

  private async closed(code: number): Promise<void> {
    this.hangUp();
    if (this.stopped) return;
    if (code === CODE.badCursor) this.cursor = null;
    if (code === CODE.unauthenticated && this.token !== null) {
      try {
        if ((await this.parts.renewed(this.token)) === null) return;
      } catch {
        // No answer: tried again below.
      }
    }
    // Another attendant has signed in in this browser: the session notices and starts anew.
    if (code === CODE.otherAttendant) return;
    if (code === CODE.tooMany) this.failures = Math.max(this.failures, 5);
    this.retry();
  }

  private retry(): void {
    if (this.stopped || this.retryTimer !== null || this.channel !== null) return;
    this.failures += 1;
    this.say(this.failures > OFFLINE_AFTER_FAILURES ? "offline" : "connecting");
    const random = this.parts.random ?? Math.random;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.failures - 1), LAST_WAIT_MS) * (0.5 + random());
    this.retryTimer = setTimeout(() => {
      this.retryTimer = null;
      void this.connect();
    }, wait);
  }

  private cancelRetry(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private expectFrame(within: number): void {
    if (this.silenceTimer !== null) clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      this.hangUp();
      this.retry();
    }, within);
  }

  private hangUp(): void {
    this.attempt += 1;
    const { channel } = this;
    this.channel = null;
    this.ready = false;
    for (const timer of [this.silenceTimer, this.renewTimer]) if (timer !== null) clearTimeout(timer);
    this.silenceTimer = this.renewTimer = null;
    if (channel === null) return;
    channel.onmessage = channel.onclose = null;
    channel.close(1000);
  }

  /** Hand over a newer token a minute before the present one ends. */
  private renewBefore(expiresAt: number): void {
    if (this.renewTimer !== null) clearTimeout(this.renewTimer);
    const lasts = expiresAt * 1000 - this.parts.now();
    const wait = Number.isFinite(lasts) ? Math.max(lasts - RENEW_BEFORE_MS, 1000) : 10 * 60_000;
    this.renewTimer = setTimeout(() => void this.renew(), wait);
  }

  private async renew(): Promise<void> {
    try {
      const token = this.token === null ? null : await this.parts.renewed(this.token);
      if (token === null || !this.ready) return;
      this.token = token;
      this.send({ type: "auth", token });
    } catch {
      this.renewTimer = setTimeout(() => void this.renew(), 10_000); // no answer; at the latest the server closes with 4401
    }
  }

  private say(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.parts.onState(state);
  }
}
