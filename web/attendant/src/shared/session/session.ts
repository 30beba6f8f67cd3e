/**
 * Who is signed in. The access token lives in memory; the refresh token in a cookie that scripts cannot read.
 *
 * All tabs of the browser share one session: a lock lets one of them refresh at a time (two at once would look like
 * a stolen token), and a channel tells the others that somebody signed in or out.
 */
import { ApiProblem, Unanswered, problemOf } from "@/shared/api/problem";
import type { Me, SignedIn } from "@/shared/api/types";
import { serverClock } from "@/shared/time/clock";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable" }
  | { status: "signed_out"; reason: "never" | "expired" | "left" }
  | { status: "signed_in"; me: Me };

interface Token {
  value: string;
  /** When it is renewed beforehand, on the local clock. */
  renewAt: number;
}

const RENEW_BEFORE_MS = 60_000;
const SIGN_IN_TIMEOUT_MS = 20_000;

export class Session {
  private state: SessionState = { status: "starting" };
  private current: Token | null = null;
  private renewing: Promise<string | null> | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly tabs = new BroadcastChannel("atd-session");

  constructor() {
    this.tabs.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === "signed_out") this.end("left", false);
      if (data === "signed_in" && this.state.status === "signed_out") void this.start();
    };
  }

  getState = (): SessionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Go on with the session of the cookie, if there is one. */
  async start(): Promise<void> {
    try {
      await this.refresh("never");
    } catch {
      this.set({ status: "unreachable" });
    }
  }

  /** Raises `ApiProblem` (401 `invalid_credentials`, 429) or `Unanswered`. */
  async login(email: string, password: string): Promise<void> {
    const signedIn = await post("login", { email, password, cookie: true });
    this.accept(signedIn);
    this.tabs.postMessage("signed_in");
  }

  async logout(): Promise<void> {
    await post("logout").catch(() => undefined); // signed out here in any case; the cookie dies with its session
    this.end("left", true);
  }

  owner = (): string | null => (this.state.status === "signed_in" ? this.state.me.id : null);

  token = async (): Promise<string | null> => {
    if (this.current === null) return null;
    return Date.now() < this.current.renewAt ? this.current.value : this.renewed(this.current.value);
  };

  renewed = (refused: string): Promise<string | null> => {
    if (this.current !== null && this.current.value !== refused) return Promise.resolve(this.current.value);
    this.renewing ??= this.refresh("expired").finally(() => (this.renewing = null));
    return this.renewing;
  };

  /** Take over changes of the signed-in person's own record. */
  update(me: Me): void {
    if (this.state.status === "signed_in") this.set({ status: "signed_in", me });
  }

  private async refresh(reason: "never" | "expired"): Promise<string | null> {
    return navigator.locks.request("atd-refresh", async () => {
      try {
        return this.accept(await post("refresh"));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
        this.end(reason, reason === "expired");
        return null;
      }
    });
  }

  private accept(signedIn: SignedIn): string {
    this.current = {
      value: signedIn.access_token,
      renewAt: Date.now() + signedIn.expires_in * 1000 - RENEW_BEFORE_MS,
    };
    this.set({ status: "signed_in", me: signedIn.attendant });
    return signedIn.access_token;
  }

  private end(reason: "never" | "expired" | "left", tell: boolean): void {
    this.current = null;
    this.set({ status: "signed_out", reason });
    if (tell) this.tabs.postMessage("signed_out");
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
