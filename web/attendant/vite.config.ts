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

/** What nearly every visit needs after the first file, and would else ask for only when that file runs. */
const WANTED_SOON = ["pt-BR", "desk", "inbox"];

/** Has them fetched beside the first file, which goes first. */
function fetchedBeside(): Plugin {
  return {
    name: "fetched-beside",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle }) =>
        WANTED_SOON.map((name) => {
          const file = Object.values(bundle ?? {}).find((one) => one.type === "chunk" && one.name === name);
          if (file === undefined) throw new Error(`the build has no chunk ${name}`);
          const attrs = { rel: "modulepreload", crossorigin: true, href: `/${file.fileName}`, fetchpriority: "low" };
          return { tag: "link", attrs, injectTo: "head" };
        }),
    },
  };
}

/** Tests without components that ask for a window or a document all the same. */
const WITH_PAGE = "src/**/*.dom.test.ts";

const isCode = (id: string) => !id.includes("/emojibase-data/") && !id.includes("/i18n/");

/** Five pages of the settings that have most of their parts in common: one file. */
const isRouting = (id: string) => id.includes("/src/features/routing/");

/** The pages of channels import each other's parts: cut by size, two of their files would import each other. */
const isChannels = (id: string) => id.includes("/src/features/channels/");

/** Pages of webhooks show the same marks, bodies and steps of each other: one file, for the same reason. */
const isWebhooks = (id: string) => id.includes("/src/features/webhooks/");

/** Fields for days and times: every page that has one loads it, and nothing of a page is in it. */
const isDates = (id: string) => /\/src\/shared\/time\/(DateField|useWritten|written)\./.test(id);

/** Libraries that name all their parts in one file: who uses which part is not seen in what imports what. */
const ALL_IN_ONE = /node_modules\/@(mantine\/core|mantine\/notifications|tabler\/icons-react)\//;

/** Gathers what a module needs before it can run into one file. */
function staticallyIn(root: string, name: string): Rolldown.CodeSplittingNameFunction {
  const rootId = fileURLToPath(new URL(root, import.meta.url));
  let needed: Set<string> | undefined;
  return (id, modules) => {
    needed ??= closure(rootId, (known) =>
      (modules.getModuleInfo(known)?.importedIds ?? []).filter((next) => !ALL_IN_ONE.test(next)),
    );
    return needed.has(id) ? name : null;
  };
}

function closure(root: string, next: (id: string) => readonly string[]): Set<string> {
  const found = new Set([root]);
  // A set that grows is walked to its end.
  for (const id of found) for (const one of next(id)) found.add(one);
  return found;
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

/** Refuses files that import each other in a circle: which of them runs first would be chance, and a name undefined. */
function noCircles(): Plugin {
  return {
    name: "no-circles",
    apply: "build",
    generateBundle(_, bundle) {
      const importsOf = (name: string) => {
        const file = bundle[name];
        return file?.type === "chunk" ? file.imports : [];
      };
      const circular = Object.keys(bundle).filter((name) =>
        importsOf(name).some((first) => closure(first, importsOf).has(name)),
      );
      if (circular.length > 0) throw new Error(`the build has files that import each other: ${circular.join(", ")}`);
    },
  };
}

export default defineConfig({
  plugins: [react(), fetchedBeside(), noCircles(), offlineShell()],
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
      output: {
        chunkFileNames: ({ name }) => `assets/${name.split("~")[0]}-[hash].js`,
        entryFileNames: ({ name }) => (name === "sw" ? WORKER : "assets/[name]-[hash].js"),
        // A request costs a phone 150 ms and a browser opens six at once: few files, none that a page does not use.
        codeSplitting: {
          groups: [
            { name: "frame", tags: ["$initial"], test: (id) => !id.includes("/src/sw/") },
            { name: staticallyIn("src/app/SignedIn.tsx", "desk"), test: isCode },
            { name: staticallyIn("src/app/pages/InboxPage.tsx", "inbox"), test: isCode },
            { name: staticallyIn("src/features/thread/index.ts", "thread"), test: isCode },
            { name: staticallyIn("src/app/settings.ts", "settings"), test: isCode },
            { name: "dates", test: isDates },
            {
              name: "shared",
              minShareCount: 2,
              entriesAware: true,
              entriesAwareMergeThreshold: 20_000,
              test: (id) => isCode(id) && !isRouting(id) && !isChannels(id) && !isWebhooks(id),
            },
            { name: "routing", test: isRouting },
            { name: "channels", test: isChannels },
            { name: "webhooks", test: isWebhooks },
          ],
        },
      },
    },
  },
  test: {
    restoreMocks: true,
    // Far above what a test takes: a loaded machine is slow, not wrong.
    testTimeout: 60_000,
    pool: "vmThreads",
    // A page of a browser costs a file half a second before its first test: only those have one that need it.
    projects: [
      {
        extends: true,
        test: { name: "logic", include: ["src/**/*.test.ts"], exclude: [WITH_PAGE], environment: "node" },
      },
      {
        extends: true,
        test: {
          name: "page",
          include: ["src/**/*.test.tsx", WITH_PAGE],
          environment: "jsdom",
          setupFiles: ["src/test-setup.ts"],
        },
      },
    ],
  },
});
