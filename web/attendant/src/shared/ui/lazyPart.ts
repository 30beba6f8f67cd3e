/** Parts of the client that are loaded when they are first needed. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

/** A part's file could not be loaded, twice: most likely a deploy replaced it. */
export class ChunkError extends Error {
  override readonly name = "ChunkError";
}

const AGAIN_AFTER_MS = 800;

/** What is lazy has this. A part in a part is no component when it comes, and takes what is around it down. */
interface NotLazy {
  readonly _result?: never;
}

/** `lazy`, tried once more after a moment; then a `ChunkError`, for which a `PartBoundary` offers to reload. */
export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P> & NotLazy>,
  wait: (ms: number) => Promise<void> = pause,
): LazyExoticComponent<ComponentType<P>> {
  return lazy(async () => ({ default: await loadTwice(load, wait) }));
}

export async function loadTwice<T>(load: () => Promise<T>, wait: (ms: number) => Promise<void> = pause): Promise<T> {
  try {
    return await load();
  } catch {
    await wait(AGAIN_AFTER_MS);
  }
  try {
    return await load();
  } catch (error) {
    throw new ChunkError("a part of the client could not be loaded", { cause: error });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
