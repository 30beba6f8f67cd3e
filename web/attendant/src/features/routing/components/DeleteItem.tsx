import { Button } from "@mantine/core";

import { ApiProblem } from "@/shared/api/problem";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useDeleteItem, useRestore, type Item } from "../api/items";
import type { Kind } from "../api/types";

interface Props<K extends Kind> {
  kind: K;
  item: Item<K>;
  /** What the button, its success and its failure are called; `inUse`: that something else needs the item. */
  words: { button: string; done: string; failed: string; inUse?: string };
  done: () => void;
}

/** Deletes at once, with a way back: the same item, made again where it was. */
export function DeleteItem<K extends Kind>({ kind, item, words, done }: Props<K>) {
  const remove = useDeleteItem(kind);
  const restore = useRestore(kind);
  const problemText = useProblemText();
  const failed = (error: unknown) => {
    const { text, code } = problemText(error);
    const inUse = error instanceof ApiProblem && error.code === "in_use" ? words.inUse : undefined;
    notifyFailed(words.failed, inUse ?? text, code);
  };
  return (
    <Button
      variant="subtle"
      color="red"
      loading={remove.isPending}
      onClick={() =>
        remove.mutate(item.id, {
          onSuccess: () => {
            undoable({ message: words.done, undo: () => restore(item, failed) });
            done();
          },
          onError: failed,
        })
      }
    >
      {words.button}
    </Button>
  );
}
