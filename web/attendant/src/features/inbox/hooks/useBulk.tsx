/** What is done with all selected conversations: with a way back where one has it, and a word for each that failed. */
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { changeMany, type BulkAction, type BulkOutcome } from "@/shared/conversations/bulk";
import { closingNeedsType } from "@/shared/marks/known";
import { Dismissed, typeQuestion } from "@/shared/marks/typeQuestion";
import { liveOf } from "@/shared/realtime/live";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { FailedOutcomes } from "../components/FailedOutcomes";
import { backOf, closingSteps, reasonOf, retryable, withoutType, type Step } from "../model/bulk";

const FAILED = "bulk-failed";

export function useBulk() {
  const { t } = useTranslation("desk");
  const client = useQueryClient();
  const problemText = useProblemText();
  const [running, setRunning] = useState(false);

  /** Asks once for the type of all that are closed and need one. Raises `Dismissed`. */
  async function stepsOf(conversations: readonly Conversation[], wanted: BulkAction, needed: boolean): Promise<Step[]> {
    const bare = wanted.action === "close" ? withoutType(conversations) : [];
    if (!needed || bare[0] === undefined) return [{ conversations, wanted }];
    return closingSteps(conversations, (await typeQuestion.ask(bare[0].id, bare.length)).id);
  }

  /** Answers whether it was done with all of them. */
  async function run(
    conversations: readonly Conversation[],
    wanted: BulkAction,
    { undo = true, typed = closingNeedsType(client) } = {},
  ): Promise<boolean> {
    setRunning(true);
    notifications.hide(FAILED);
    try {
      const outcomes: BulkOutcome[] = [];
      for (const step of await stepsOf(conversations, wanted, typed)) {
        outcomes.push(...(await changeMany(client, step.conversations, step.wanted)));
      }
      tell(conversations, outcomes, wanted, undo ? backOf(conversations, wanted) : null);
      return outcomes.every(({ status }) => status === 200);
    } catch (error) {
      if (error instanceof Dismissed) return false;
      const { text, code } = problemText(error);
      notifyFailed(t("bulk.request_failed"), text, code);
      return false;
    } finally {
      setRunning(false);
    }
  }

  function tell(
    conversations: readonly Conversation[],
    outcomes: readonly BulkOutcome[],
    wanted: BulkAction,
    back: readonly Step[] | null,
  ): void {
    const done = new Set(outcomes.filter(({ status }) => status === 200).map(({ id }) => id));
    const failed = outcomes.filter(({ status }) => status !== 200);
    if (done.size > 0) {
      const message = t("bulk.done", { count: done.size });
      if (back === null) notifyDone(message);
      else undoable({ message, undo: () => void takeBack(back, done) });
    }
    if (failed.length === 0) return;
    const again = retryable(failed);
    const retry = () => {
      notifications.hide(FAILED);
      // As they are now: what made them refuse has been seen since.
      const now = conversations.flatMap(({ id }) => (again.has(id) ? (liveOf(client).copyOf(id) ?? []) : []));
      const typed = failed.some((one) => reasonOf(one) === "type_required");
      void run(now, wanted, { undo: true, ...(typed && { typed }) });
    };
    notifications.show({
      id: FAILED,
      title: t("bulk.failed", { count: failed.length }),
      message: <FailedOutcomes conversations={conversations} failed={failed} again={again.size} retry={retry} />,
      color: "red",
      autoClose: again.size > 0 ? 60_000 : 15_000,
    });
  }

  async function takeBack(back: readonly Step[], done: ReadonlySet<string>): Promise<void> {
    for (const { conversations, wanted } of back) {
      const theirs = conversations.filter(({ id }) => done.has(id));
      if (theirs.length > 0) await run(theirs, wanted, { undo: false });
    }
  }

  return { run: (conversations: readonly Conversation[], wanted: BulkAction) => run(conversations, wanted), running };
}
