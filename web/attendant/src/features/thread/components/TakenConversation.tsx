import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { View } from "@/shared/conversations/filter";
import { useDraftOf } from "@/shared/conversations/useDraft";
import type { Taken } from "@/shared/realtime/live";
import { neutralName } from "@/shared/text/neutral";
import { EmptyState } from "@/shared/ui/EmptyState";

import classes from "./thread.module.css";

interface Props {
  view: View;
  conversationId: string;
  taken: Taken;
}

/** In place of a conversation that was taken from the person while it was open: why it is gone, and what they wrote. */
export function TakenConversation({ view, conversationId, taken }: Props) {
  const { t } = useTranslation("thread");
  const draft = useDraftOf(conversationId);
  if (taken.erased !== undefined) {
    return (
      <section className={classes.pane} aria-label={t("pane")}>
        <div className={classes.taken} role="status">
          <EmptyState
            drawing="search"
            title={t("erased.title")}
            text={t("erased.text")}
            action={
              <Button component={Link} to={`/inbox/${view}`} variant="default">
                {t("not_found.back")}
              </Button>
            }
          />
        </div>
      </section>
    );
  }
  const name = neutralName(taken.to?.name ?? "");
  const why = name === "" ? t("taken.text") : t("taken.by", { name });
  return (
    <section className={classes.pane} aria-label={t("pane")}>
      <div className={classes.taken} role="status">
        <EmptyState
          drawing="search"
          title={t("taken.title")}
          text={draft === null ? why : `${why} ${t("taken.draft")}`}
          action={
            <Button component={Link} to={`/inbox/${view}`} variant="default">
              {t("not_found.back")}
            </Button>
          }
        />
      </div>
    </section>
  );
}
