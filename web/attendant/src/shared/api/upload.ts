/** Uploading a file, with progress. `fetch` does not tell how far it is, so this is the older request. */
import { owner, renewedToken, tokenNow } from "@/shared/api/client";
import { problemFrom, Unanswered } from "@/shared/api/problem";
import type { Attachment } from "@/shared/api/types";
import { holdReload } from "@/shared/update/reloadHolds";

export interface Upload {
  /** Raises `ApiProblem`, `Unanswered`, or an `AbortError` after `abort`. */
  done: Promise<Attachment>;
  abort: () => void;
}

interface Answer {
  status: number;
  body: unknown;
  header: (name: string) => string | null;
}

/** Uploads a file. The same `key` (a UUID) again, after a lost answer, is the same attachment. */
export function upload(file: File, key: string, onProgress: (fraction: number) => void = () => undefined): Upload {
  const aborter = new AbortController();
  const done = run(file, key, onProgress, aborter.signal).finally(holdReload());
  return { done, abort: () => aborter.abort() };
}

async function run(
  file: File,
  key: string,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  const token = await tokenNow(owner());
  let answer = await post(file, key, token, onProgress, signal);
  if (answer.status === 401 && token !== null) {
    const renewed = await renewedToken(token);
    if (renewed !== null) answer = await post(file, key, renewed, onProgress, signal);
  }
  if (answer.status >= 200 && answer.status < 300) return answer.body as Attachment;
  throw problemFrom(answer.status, answer.header, answer.body);
}

function post(
  file: File,
  key: string,
  token: string | null,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const aborted = () => new DOMException("the upload was cancelled", "AbortError");
    if (signal.aborted) {
      reject(aborted());
      return;
    }
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/attachments");
    request.setRequestHeader("Idempotency-Key", key);
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total);
    };
    request.onload = () =>
      resolve({
        status: request.status,
        body: parsed(request.responseText),
        header: (name) => request.getResponseHeader(name),
      });
    request.onerror = request.ontimeout = () => reject(new Unanswered("no answer"));
    request.onabort = () => reject(aborted());
    signal.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
