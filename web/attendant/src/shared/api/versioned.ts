/** What is saved over the version that was read, so that nobody's change is lost unseen. */
import { problemOf } from "@/shared/api/problem";

export interface Versioned<T> {
  value: T;
  /** Null where the server told none. */
  version: number | null;
}

/** What a call answered, with its version. Raises `ApiProblem` for an error status. */
export async function unwrapVersioned<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Versioned<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return { value: data as T, version: versionOf(response) };
}

/** The version that an answer names. A proxy that compresses it makes `"7"` to `W/"7"`. */
export function versionOf(response: Response): number | null {
  const found = /^(?:W\/)?"(\d+)"$/.exec(response.headers.get("ETag") ?? "");
  return found === null ? null : Number(found[1]);
}

/** The header by which only this version is changed. */
export function ifMatch(version: number | null): { header?: { "If-Match": string } } {
  return version === null ? {} : { header: { "If-Match": tagOf(version) } };
}

/** A version as `If-Match` takes it. */
export function tagOf(version: number): string {
  return `"${version}"`;
}
