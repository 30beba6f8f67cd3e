/**
 * The service worker: the client opens without a network, and after a deploy a tab still finds the files of the build
 * that it runs on. A new build waits until a tab asks for it.
 */
import { handlingOf, outdated } from "@/sw/rules";

/** Written in by the build: its hash and all files of the client. */
declare const __SHELL__: { build: string; assets: string[]; rootFiles: string[] };
declare const self: ServiceWorkerGlobalScope;

const { build, assets, rootFiles } = __SHELL__;
const CACHE = `atd-shell-${build}`;
const PAGE = "/";
const PAGE_TIMEOUT_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener("message", (event) => {
  if (event.data === "activate") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  switch (handlingOf(request, self.location.origin, rootFiles)) {
    case "asset":
      event.respondWith(asset(request));
      break;
    case "page":
      event.respondWith(fromNetwork(request, PAGE));
      break;
    case "root_file":
      event.respondWith(fromNetwork(request, request));
      break;
    case "leave":
  }
});

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...assets, ...rootFiles]);
  // Past the HTTP cache: the page must belong to these files.
  await cache.put(PAGE, await fetch(new Request(PAGE, { cache: "reload" })));
}

async function takeOver(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** A name with a hash always means the same file, whichever build it is of. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    await (await caches.open(CACHE)).put(request, copy);
  }
  return response;
}

async function fromNetwork(request: Request, key: Request | string): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(key, { ignoreVary: true });
  try {
    const signal = kept === undefined ? null : AbortSignal.timeout(PAGE_TIMEOUT_MS);
    const response = await fetch(request, { signal });
    return response.status >= 500 && kept !== undefined ? kept : response;
  } catch (error) {
    if (kept !== undefined) return kept;
    throw error;
  }
}
