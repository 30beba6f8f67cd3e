import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

/** The running gateway that the developer's server hands the API and the live events to. */
const gateway = process.env["ATD_PUBLIC_URL"] ?? "http://localhost:8080";

const WORKER = "sw.js";
const PUBLIC = fileURLToPath(new URL("./public", import.meta.url));

/** The names of emojis, large and in three languages: the one that somebody uses is kept when it is first fetched. */
function isEmojiNames(file: Rolldown.OutputBundle[string] | undefined): boolean {
  return file?.type === "chunk" && file.moduleIds.some((id) => id.includes("/emojibase-data/"));
}

/** Writes the build's files into the service worker, which keeps them for when there is no network. */
function offlineShell(): Plugin {
  return {
    name: "offline-shell",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") throw new Error(`the build has no ${WORKER}`);
      const assets = Object.keys(bundle)
        // Other scripts of the font are fetched when a customer writes in them.
        .filter((name) => name.startsWith("assets/") && (!name.endsWith(".woff2") || /-latin-(wght|ext)/.test(name)))
        .filter((name) => !isEmojiNames(bundle[name]))
        .map((name) => `/${name}`)
        .sort();
      const rootFiles = readdirSync(PUBLIC).map((name) => `/${name}`);
      const build = createHash("sha256").update(JSON.stringify(assets)).digest("hex").slice(0, 16);
      worker.code = worker.code.replaceAll("__SHELL__", JSON.stringify({ build, assets, rootFiles }));
    },
  };
}

export default defineConfig({
  plugins: [react(), offlineShell()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      "/api": { target: gateway, changeOrigin: true, headers: { origin: gateway } },
      "/ws": { target: gateway.replace(/^http/, "ws"), ws: true, changeOrigin: true, headers: { origin: gateway } },
    },
  },
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", sw: "src/sw/worker.ts" },
      output: { entryFileNames: ({ name }) => (name === "sw" ? WORKER : "assets/[name]-[hash].js") },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
    // Far above what a test takes: a loaded machine is slow, not wrong.
    testTimeout: 60_000,
    pool: "vmThreads",
  },
});
