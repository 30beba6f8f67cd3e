import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { Message } from "@/shared/api/types";
import { useShownMarks, type Mark } from "@/shared/marks/catalogue";
import { useTagging } from "@/shared/marks/changes";
import { MarkDialog } from "@/shared/marks/MarkDialog";
import classes from "@/shared/marks/marks.module.css";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { textOf } from "../../model/words";

/** The tags of one message or of several; what is chosen is put on all of them. */
export function TagDialog({ messages, close }: { messages: readonly Message[]; close: () => void }) {
  const { t } = useTranslation("marks");
  const { t: thread } = useTranslation("thread");
  const tagging = useTagging();
  const problemText = useProblemText();
  const borne = useShownMarks(
    "tag",
    messages.flatMap(({ tags }) => tags),
  );
  const [first] = messages;
  const has = (id: string) => {
    const count = messages.filter(({ tags }) => tags.some((tag) => tag.id === id)).length;
    return count === messages.length ? true : count > 0 ? "mixed" : false;
  };
  const refused = (error: unknown) => {
    const words: Record<string, string> = {
      too_many: t("on.full"),
      archived: t("on.archived"),
      message_deleted: t("on.deleted_message"),
    };
    const known = error instanceof ApiProblem ? words[error.code] : undefined;
    const problem = problemText(error);
    notifyFailed(t("on.failed"), known ?? problem.text, problem.code);
  };
  const toggle = ({ id }: Mark, on: boolean) =>
    tagging.mutate(
      { messageIds: messages.map((message) => message.id), ...(on ? { add: [id] } : { remove: [id] }) },
      { onError: refused },
    );
  return (
    <MarkDialog
      kind="tag"
      title={messages.length > 1 ? t("of.tag.dialog_many", { count: messages.length }) : t("of.tag.dialog")}
      checked={has}
      borne={borne}
      onToggle={toggle}
      close={close}
    >
      {messages.length === 1 && first !== undefined && <p className={classes.quoted}>{textOf(first, thread)}</p>}
    </MarkDialog>
  );
}
