/** What is saved over the version that was read, so that nobody's change is lost unseen. */
import { problemOf } from "@/shared/api/problem";

export interface Versioned<T> {
  value: T;
  /** What `If-Match` takes; null where the server told none. */
  version: string | null;
}

/** What a call answered, with its version. Raises `ApiProblem` for an error status. */
export async function unwrapVersioned<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Versioned<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return { value: data as T, version: response.headers.get("ETag") };
}

/** The header by which only this version is changed. */
export function ifMatch(version: string | null): { header?: { "If-Match": string } } {
  return version === null ? {} : { header: { "If-Match": version } };
}
