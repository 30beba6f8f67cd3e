/** What is done with all selected conversations: with a way back where one has it, and a word for each that failed. */
import { List } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { changeMany, type BulkAction, type BulkOutcome } from "@/shared/conversations/bulk";
import { neutralName } from "@/shared/text/neutral";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

const REASONS = ["conversation_closed", "superseded", "conflict", "not_found", "forbidden"] as const;
const SHOWN = 5;

export function useBulk() {
  const { t } = useTranslation("desk");
  const client = useQueryClient();
  const problemText = useProblemText();
  const [running, setRunning] = useState(false);

  async function run(conversations: readonly Conversation[], wanted: BulkAction, undo = true): Promise<boolean> {
    setRunning(true);
    try {
      const outcomes = await changeMany(client, conversations, wanted);
      tell(conversations, outcomes, undo ? backOf(conversations, wanted) : null);
      return outcomes.every(({ status }) => status === 200);
    } catch (error) {
      const { text, code } = problemText(error);
      notifyFailed(t("bulk.request_failed"), text, code);
      return false;
    } finally {
      setRunning(false);
    }
  }

  function tell(conversations: readonly Conversation[], outcomes: readonly BulkOutcome[], back: Back | null): void {
    const done = new Set(outcomes.filter(({ status }) => status === 200).map(({ id }) => id));
    const failed = outcomes.filter(({ status }) => status !== 200);
    if (done.size > 0) {
      const message = t("bulk.done", { count: done.size });
      if (back === null) notifyDone(message);
      else undoable({ message, undo: () => void takeBack(back, done) });
    }
    if (failed.length === 0) return;
    const names = new Map(
      conversations.map((one) => [one.id, neutralName(one.contact.name ?? "") || `#${one.number}`]),
    );
    notifications.show({
      title: t("bulk.failed", { count: failed.length }),
      message: (
        <List size="sm" spacing={2}>
          {failed.slice(0, SHOWN).map(({ id, problem }) => (
            <List.Item key={id}>
              <bdi>{names.get(id)}</bdi>: {t(`bulk.reason.${reasonOf(problem)}`)}
            </List.Item>
          ))}
          {failed.length > SHOWN && <List.Item key="more">+{failed.length - SHOWN}</List.Item>}
        </List>
      ),
      color: "red",
      autoClose: 15_000,
    });
  }

  async function takeBack(back: Back, done: ReadonlySet<string>): Promise<void> {
    for (const { conversations, wanted } of back) {
      const theirs = conversations.filter(({ id }) => done.has(id));
      if (theirs.length > 0) await run(theirs, wanted, false);
    }
  }

  return { run, running };
}

type Back = { conversations: readonly Conversation[]; wanted: BulkAction }[];

/** What takes an action back; null for those that one conversation has no way back of, either. */
function backOf(conversations: readonly Conversation[], { action }: BulkAction): Back | null {
  if (action === "close") return [{ conversations, wanted: { action: "reopen" } }];
  if (action === "snooze") return [{ conversations, wanted: { action: "wake" } }];
  if (action !== "assign") return null;
  const holders = Map.groupBy(conversations, ({ assignee }) => assignee?.id ?? null);
  return [...holders].map(([attendant_id, theirs]) => ({
    conversations: theirs,
    wanted: { action: "assign", attendant_id },
  }));
}

function reasonOf(problem: BulkOutcome["problem"]): (typeof REASONS)[number] | "other" {
  return REASONS.find((known) => known === problem?.["code"]) ?? "other";
}
