/**
 * Who is signed in. The access token lives in memory; the refresh token in a cookie that scripts cannot read.
 *
 * All tabs of the browser share one session: a lock lets one of them refresh at a time (two at once would look like
 * a stolen token), and a channel tells the others that somebody signed in or out.
 */
import { ApiProblem, Unanswered, problemOf } from "@/shared/api/problem";
import type { Me, SignedIn } from "@/shared/api/types";
import { alone } from "@/shared/storage/locks";
import { serverClock } from "@/shared/time/clock";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable" }
  | { status: "signed_out"; reason: SignedOutReason }
  | { status: "signed_in"; me: Me };

/** `expired`: the session has ended by itself; `left`: somebody signed out, here or in another tab. */
export type SignedOutReason = "never" | "expired" | "left";

interface Token {
  value: string;
  /** When it is renewed beforehand, and when it ends, on this computer's clock. */
  renewAt: number;
  endsAt: number;
}

type TabMessage = { said: "signed_in"; attendant: string } | { said: "signed_out"; reason: "expired" | "left" };

const RENEW_BEFORE_MS = 60_000;
const SIGN_IN_TIMEOUT_MS = 20_000;
const START_AGAIN_MS = 5000;
/** Set while a sign-out has not reached the server: its cookie would sign the person in again. */
const LEAVING = "atd-leaving";

export class Session {
  private state: SessionState = { status: "starting" };
  private current: Token | null = null;
  private renewing: Promise<string | null> | null = null;
  private startTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly tabs = new BroadcastChannel("atd-session");

  constructor() {
    this.tabs.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
    window.addEventListener("online", () => {
      if (this.state.status === "unreachable") void this.start();
    });
  }

  getState = (): SessionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Go on with the session of the cookie, if there is one. Without an answer it is tried again by itself. */
  async start(): Promise<void> {
    if (this.startTimer !== null) clearTimeout(this.startTimer);
    this.startTimer = null;
    try {
      if (localStorage.getItem(LEAVING) !== null) await this.leave();
      await this.refresh("never");
    } catch {
      this.set({ status: "unreachable" });
      this.startTimer = setTimeout(() => void this.start(), START_AGAIN_MS);
    }
  }

  /** Raises `ApiProblem` (401 `invalid_credentials`, 429) or `Unanswered`. */
  async login(email: string, password: string): Promise<void> {
    const signedIn = await post("login", { email, password, cookie: true });
    localStorage.removeItem(LEAVING);
    this.accept(signedIn);
    this.tell({ said: "signed_in", attendant: signedIn.attendant.id });
  }

  /** Signed out here in any case; where the server did not hear it, it is told at the next start. */
  async logout(): Promise<void> {
    localStorage.setItem(LEAVING, "1");
    this.end("left");
    this.tell({ said: "signed_out", reason: "left" });
    await this.leave().catch(() => undefined);
  }

  owner = (): string | null => (this.state.status === "signed_in" ? this.state.me.id : null);

  token = async (): Promise<string | null> => {
    const { current } = this;
    if (current === null || Date.now() < current.renewAt) return current?.value ?? null;
    try {
      return await this.renewed(current.value);
    } catch (error) {
      if (Date.now() < current.endsAt && this.current === current) return current.value; // good for a little longer
      throw error;
    }
  };

  renewed = (refused: string): Promise<string | null> => {
    if (this.current === null) return Promise.resolve(null);
    if (this.current.value !== refused) return Promise.resolve(this.current.value);
    this.renewing ??= this.refresh("expired").finally(() => (this.renewing = null));
    return this.renewing;
  };

  /** What the person may do and see; where that has changed: a new token, and their record with it. */
  permitted = (permissions: readonly string[], visibility: string): void => {
    const { state, current } = this;
    if (state.status !== "signed_in" || current === null) return;
    const may = state.me.permissions.toSorted().join() === permissions.toSorted().join();
    if (may && state.me.visibility === visibility) return;
    // Without an answer, the token's own renewal brings them.
    this.renewed(current.value).catch(() => undefined);
  };

  /** Take over changes of the signed-in person's own record. */
  update(me: Me): void {
    if (this.state.status === "signed_in") this.set({ status: "signed_in", me });
  }

  /** Another tab has something to say. */
  private hear(message: TabMessage): void {
    if (message.said === "signed_out") {
      if (this.state.status === "signed_in") this.end(message.reason);
      return;
    }
    // Somebody has signed in there; the cookie is theirs. If that is another person, this tab is no longer the first's.
    if (this.owner() === message.attendant) return;
    this.current = null;
    if (this.state.status === "signed_in") this.set({ status: "starting" });
    void this.start();
  }

  private async refresh(reason: "never" | "expired"): Promise<string | null> {
    return alone("atd-refresh", async () => {
      try {
        return this.accept(await post("refresh"));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
        if (this.state.status !== "signed_out") this.end(reason);
        if (reason === "expired") this.tell({ said: "signed_out", reason });
        return null;
      }
    });
  }

  /** Raises `Unanswered` when the server could not be told. */
  private async leave(): Promise<void> {
    try {
      await post("logout");
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
    }
    localStorage.removeItem(LEAVING);
  }

  private accept(signedIn: SignedIn): string | null {
    if (localStorage.getItem(LEAVING) !== null) return null; // signed out while the answer was on its way
    const endsAt = Date.now() + signedIn.expires_in * 1000;
    this.current = { value: signedIn.access_token, renewAt: endsAt - RENEW_BEFORE_MS, endsAt };
    const { state } = this;
    const same = state.status === "signed_in" && JSON.stringify(state.me) === JSON.stringify(signedIn.attendant);
    if (!same) this.set({ status: "signed_in", me: signedIn.attendant });
    return signedIn.access_token;
  }

  private end(reason: SignedOutReason): void {
    this.current = null;
    this.set({ status: "signed_out", reason });
  }

  private tell(message: TabMessage): void {
    this.tabs.postMessage(message);
  }

  private set(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

async function post(action: "login" | "refresh" | "logout", body?: object): Promise<SignedIn> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/auth/${action}`, {
      method: "POST",
      signal: AbortSignal.timeout(SIGN_IN_TIMEOUT_MS),
      ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Unanswered("no answer", { cause: error });
  }
  serverClock.learn(response.headers.get("Date"));
  const answered: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answered);
  return answered as SignedIn;
}
