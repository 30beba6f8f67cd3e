/** What the service worker does with a request. It never touches the API, live events or files of messages. */

export type Handling = "asset" | "page" | "root_file" | "leave";

/** First segments of paths that are the gateway's own and never the client's. */
const NOT_OURS = new Set(["api", "ws", "webhooks", "bot", "help", "internal", "livez", "readyz", "metrics", "widget"]);

interface Asked {
  method: string;
  mode: string;
  url: string;
}

/** `rootFiles` are the client's files without a hash in their name (`/theme.js`). */
export function handlingOf({ method, mode, url }: Asked, origin: string, rootFiles: readonly string[]): Handling {
  const asked = new URL(url);
  if (method !== "GET" || asked.origin !== origin) return "leave";
  if (NOT_OURS.has(asked.pathname.split("/")[1] ?? "")) return "leave";
  if (asked.pathname.startsWith("/assets/")) return "asset";
  if (mode === "navigate") return "page";
  return rootFiles.includes(asked.pathname) ? "root_file" : "leave";
}

/** The caches to delete when a build takes over: all but its own and the one before, on which other tabs still run. */
export function outdated(names: readonly string[], current: string): string[] {
  const ours = names.filter((name) => name.startsWith("atd-shell-") && name !== current);
  return ours.slice(0, -1);
}
