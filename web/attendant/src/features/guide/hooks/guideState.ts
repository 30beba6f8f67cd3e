/** How far somebody is with the first steps. Kept in localStorage, for each attendant by itself. */
import type { StepName } from "../model/steps";

export interface GuideState {
  since: string;
  done: StepName[];
  /** Left for good. */
  left: boolean;
  /** Put away for now; null until it was seen whether this is a first run. */
  folded: boolean | null;
  /** How many channels there were when they were first seen. */
  channelsAtFirst: number | null;
}

const keyOf = (attendant: string) => `atd-guide-${attendant}`;

export function readGuide(attendant: string, now: string): GuideState {
  const fresh: GuideState = { since: now, done: [], left: false, folded: null, channelsAtFirst: null };
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(attendant)) ?? "{}") as Partial<GuideState>;
    return { ...fresh, ...found, done: Array.isArray(found.done) ? found.done : [] };
  } catch {
    return fresh;
  }
}

export function writeGuide(attendant: string, state: GuideState): void {
  try {
    localStorage.setItem(keyOf(attendant), JSON.stringify(state));
  } catch {
    // A full or forbidden storage: it holds for this tab.
  }
}
