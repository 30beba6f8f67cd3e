import { useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { type Refused, useDraft, useRefusals } from "@/features/settings";
import type { Versioned } from "@/shared/api/versioned";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useSavePolicy } from "../api/items";
import type { Policies, Policy } from "../api/types";
import { useChangedName } from "./useChangedName";

export interface PolicyForm<P extends Policy> {
  values: Policies[P];
  set: (change: Partial<Policies[P]>) => void;
  unsaved: boolean;
  saving: boolean;
  error: unknown;
  changedName: (field: string) => string | null;
  refused: Refused;
  form: RefObject<HTMLFormElement | null>;
  submit: () => void;
}

/** One policy as it is edited: what is typed stays on an error, and `wrong` keeps it from being sent. */
export function usePolicyForm<P extends Policy>(
  policy: P,
  loaded: Versioned<Policies[P]>,
  wrong: (values: Policies[P]) => boolean,
): PolicyForm<P> {
  const { t } = useTranslation("routing");
  const draft = useDraft<Policies[P]>(loaded.value, loaded);
  const [tries, setTries] = useState(0);
  const save = useSavePolicy(policy);
  const form = useWrongField(tries, save.error);
  const submit = () => {
    setTries(tries + 1);
    if (wrong(draft.values) || save.isPending) return;
    const saved = () => {
      draft.reset();
      notifyDone(t("form.saved"));
    };
    save.mutate({ value: draft.values, version: draft.over }, { onSuccess: saved, onError: draft.failed });
  };
  return {
    values: draft.values,
    set: draft.set,
    unsaved: draft.unsaved,
    saving: save.isPending,
    error: save.error,
    changedName: useChangedName(policy),
    refused: useRefusals(save.error),
    form,
    submit,
  };
}
