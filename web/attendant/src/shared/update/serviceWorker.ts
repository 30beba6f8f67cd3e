/** The client's service worker; in production builds only, and where the browser has them. */

const FILE = "/sw.js";
const PATIENCE_MS = 10_000;
const FIRST_PAGE_MS = 5000;

/** At a first visit it comes a moment later: it fetches the whole client, and the page itself needs the network. */
export async function registerServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  if (navigator.serviceWorker.controller === null) await pause(FIRST_PAGE_MS);
  try {
    await navigator.serviceWorker.register(FILE);
  } catch {
    // Forbidden by the browser (private window): the client works, only not without a network.
  }
}

/** Fetches the newest worker with the files of its build. */
export async function prepareNewest(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration?.update();
}

/** Lets the waiting worker take over; resolves when it has, or at once when none waits. */
export async function activateNewest(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const waiting = registration?.waiting;
  if (!waiting) return;
  await new Promise<void>((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
    setTimeout(resolve, PATIENCE_MS);
    waiting.postMessage("activate");
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
