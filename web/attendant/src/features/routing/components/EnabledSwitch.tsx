import { Switch } from "@mantine/core";

import { useMay } from "@/shared/session/SessionProvider";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useSaveItem, type Item } from "../api/items";
import classes from "./routing.module.css";

type Switched = "assignment-rules" | "service-levels";

interface Props<K extends Switched> {
  kind: K;
  item: Item<K>;
  label: string;
  failed: string;
}

/** Whether an item of a list counts, set from its row. */
export function EnabledSwitch<K extends Switched>({ kind, item, label, failed }: Props<K>) {
  const mayManage = useMay("settings:manage");
  const save = useSaveItem<Switched>(kind);
  const problemText = useProblemText();
  return (
    <Switch
      className={classes.above ?? ""}
      aria-label={label}
      disabled={!mayManage}
      checked={save.isPending ? (save.variables.values.enabled ?? item.enabled) : item.enabled}
      onChange={({ currentTarget: { checked } }) =>
        save.mutate(
          { item: { id: item.id }, values: { enabled: checked } },
          { onError: (error) => notifyFailed(failed, problemText(error).text, problemText(error).code) },
        )
      }
    />
  );
}
