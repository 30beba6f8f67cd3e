/** Saving a file that only those who are signed in get. */
import { fetchSignedIn } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";

/** Fetches a file and hands it to the browser to be saved under its name. Raises `ApiProblem`, `Unanswered`. */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetchSignedIn(new Request(new URL(path, window.location.origin)));
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers read it after the click
}
