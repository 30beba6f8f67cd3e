/** The one way to the API: typed by its document, signed in, with errors as exceptions. */
import createClient from "openapi-fetch";

import { Unanswered, problemOf } from "@/shared/api/problem";
import type { paths } from "@/shared/api/schema";
import { serverClock } from "@/shared/time/clock";

/** Where requests get their access token from, and what renews it after a 401. */
export interface TokenSource {
  /** The token, renewed beforehand when it is about to expire; null when nobody is signed in. */
  token: () => Promise<string | null>;
  /** A token other than the refused one, or null when the session is over. */
  renewed: (refused: string) => Promise<string | null>;
  /** Whose token it is. */
  owner: () => string | null;
}

let source: TokenSource = {
  token: () => Promise.resolve(null),
  renewed: () => Promise.resolve(null),
  owner: () => null,
};

/** Said once at the start by the session. */
export function setTokenSource(tokens: TokenSource): void {
  source = tokens;
}

/** Who makes the requests of now. */
export const owner = () => source.owner();

/** A token of this owner. Raises `Unanswered` when somebody else has signed in meanwhile: nothing goes out as them. */
export async function tokenNow(wanted: string | null): Promise<string | null> {
  const token = await source.token();
  if (source.owner() !== wanted) throw new Unanswered("another attendant has signed in");
  return token;
}

/** A token of the same owner other than the one that was refused. Raises as `tokenNow` does. */
export async function renewedToken(refused: string): Promise<string | null> {
  const wanted = source.owner();
  const token = await source.renewed(refused);
  if (token !== null && source.owner() !== wanted) throw new Unanswered("another attendant has signed in");
  return token;
}

/** `fetch` with the access token; a 401 is tried once more with a renewed one. Raises `Unanswered`. */
export async function fetchSignedIn(request: Request): Promise<Response> {
  const token = await tokenNow(source.owner());
  const again = request.clone();
  const first = await answer(withToken(request, token));
  if (first.status !== 401 || token === null) return first;
  const renewed = await renewedToken(token);
  return renewed === null ? first : answer(withToken(again, renewed));
}

function withToken(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

async function answer(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    serverClock.learn(response.headers.get("Date"));
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unanswered("no answer", { cause: error });
  }
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchSignedIn });

/** What a call answered. Raises `ApiProblem` for an error status. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}

/** Fetches JSON from a path. Raises `ApiProblem` for an error status, `Unanswered`. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const request = new Request(new URL(path, window.location.origin), signal ? { signal } : {});
  const response = await fetchSignedIn(request);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, body);
  return body as T;
}
