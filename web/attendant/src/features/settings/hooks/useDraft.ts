import { useState } from "react";

import { isOld, type ApiProblem } from "@/shared/api/problem";

import { changedFields, rebased, versionToMatch } from "../model/overlap";

export interface Draft<T> {
  values: T;
  /** A function is given what stands there then: for what comes later. */
  set: (change: Partial<T> | ((now: T) => Partial<T>)) => void;
  /** Whether something differs from what was loaded. */
  unsaved: boolean;
  reset: () => void;
  /** The version to save over, for `If-Match`: the server refuses where somebody else's change would be lost unseen. */
  over: number | null;
  /** To be called with why it was not saved: who was told of others' changes saves over them the next time. */
  failed: (error: unknown) => void;
}

interface Options<T> {
  /** The version of what was loaded; null for what is new. */
  version: number | null;
  /** What is sent of a draft, where that has other fields than the draft; it is a function of the module, not of a render. */
  sent?: (values: T) => object;
  /** Fields of which others' changes are not seen. */
  hidden?: readonly string[];
}

const same = (values: object) => values;

/**
 * What is typed over what was loaded: it stays when somebody else saves. Where others have changed other fields it is
 * saved over theirs; where the same ones, the first try is refused with who changed what, and the next one is saved.
 */
export function useDraft<T extends object>(loaded: T, { version, sent = same, hidden }: Options<T>): Draft<T> {
  const [changes, setChanges] = useState<Partial<T>>({});
  const [kept, setBase] = useState({ values: loaded, version, told: null as number | null });
  const values = { ...loaded, ...changes };
  const unsaved = Object.keys(changedFields(loaded, values)).length > 0;
  const base = rebased(kept, loaded, version, unsaved);
  if (base !== kept) setBase(base);
  return {
    values,
    set: (change) =>
      setChanges((before) => {
        const now = { ...loaded, ...before };
        return changedFields(loaded, { ...now, ...(typeof change === "function" ? change(now) : change) });
      }),
    unsaved,
    reset: () => setChanges({}),
    over: versionToMatch({ ...base, values: sent(base.values) }, sent(loaded), version, sent(values), hidden),
    failed: (error) => {
      // Without a version, what is loaded next counts as told of.
      if (isOld(error)) setBase({ ...base, told: (error as ApiProblem).version ?? Number.MAX_SAFE_INTEGER });
    },
  };
}
