/** What a failed request says (RFC 9457), or that there was no answer at all. */

export interface FieldProblem {
  field: string;
  /** In English, for developers. */
  message: string;
  /** What is wrong, where that has a name, and the bound of a `too_…`. */
  code?: string;
  limit?: number;
}

/** A change that came before one that was refused: which fields, and who made it, where that is known. */
export interface EarlierChange {
  type: string;
  fields: string[];
  actor: { type: string; id: string | null; name: string | null } | null;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  errors?: FieldProblem[];
  changes?: EarlierChange[];
  left?: number;
  version?: number;
}

/**
 * A request that was answered with an error.
 *
 * `code` is the API's stable word (`window_closed`, `not_found`), by which the client chooses its own words.
 * `retryAfter` is in seconds. `changes`: of a conflict, what was changed since the version that one saw.
 * `left`: of files that do not fit, the bytes that would. `version`: of a conflict, the one that there is now.
 */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
    readonly changes: readonly EarlierChange[] = [],
    readonly left: number | null = null,
    readonly version: number | null = null,
  ) {
    super(detail);
  }
}

/** The code of a change that was given up because the customer wrote while it was asked for. */
export const CUSTOMER_WROTE = "customer_wrote";

/** Somebody else was faster: whose the conversation is now, or that it is in the queue or closed. */
export class Overtaken extends ApiProblem {
  constructor(
    refusal: ApiProblem,
    readonly now: { is: "assigned"; name: string | null } | { is: "queued" | "closed" },
  ) {
    super(refusal.status, refusal.code, refusal.message, refusal.errors, refusal.requestId);
  }
}

/** There was no answer: no network, or nobody at the other end. Whether the request had its effect is not known. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** Reads the problem out of an answer with an error status. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  return problemFrom(response.status, (name) => response.headers.get(name), body, response.statusText);
}

export function problemFrom(
  status: number,
  header: (name: string) => string | null,
  body: unknown,
  fallback = "",
): ApiProblem {
  const found: ProblemBody = typeof body === "object" && body !== null ? body : {};
  const after = Number(header("Retry-After"));
  return new ApiProblem(
    status,
    found.code ?? `http_${status}`,
    found.detail ?? found.title ?? fallback,
    found.errors ?? [],
    header("X-Request-Id"),
    Number.isFinite(after) && after > 0 ? after : null,
    found.changes ?? [],
    found.left ?? null,
    found.version ?? null,
  );
}

/** Whether the same request may succeed later without a change: no answer, overload, or a fault of the server. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unanswered) return true;
  return error instanceof ApiProblem && (error.status >= 500 || error.status === 429 || error.status === 408);
}

/** Whether somebody else was first: what was seen is not what is there. */
export function isOld(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 412 || error.code === "conflict");
}
