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
}

let source: TokenSource = { token: () => Promise.resolve(null), renewed: () => Promise.resolve(null) };

/** Said once at the start by the session. */
export function setTokenSource(tokens: TokenSource): void {
  source = tokens;
}

/** `fetch` with the access token; a 401 is tried once more with a renewed one. Raises `Unanswered`. */
export async function fetchSignedIn(request: Request): Promise<Response> {
  const token = await source.token();
  const again = request.clone();
  const first = await answer(withToken(request, token));
  if (first.status !== 401 || token === null) return first;
  const renewed = await source.renewed(token);
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

export const api = createClient<paths>({ baseUrl: "", fetch: fetchSignedIn });

/** What a call answered. Raises `ApiProblem` for an error status. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
