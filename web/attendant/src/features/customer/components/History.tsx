import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import type { Conversation } from "@/shared/api/types";
import { Stars } from "@/shared/conversations/Stars";
import { RelativeTime } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { Bar } from "@/shared/ui/Skeletons";

import { useHistory } from "../api/customer";
import classes from "./customer.module.css";
import { Section } from "./Section";

/** The customer's other conversations, the newest first; a click opens one in place of this one. */
export function History({ contactId, current }: { contactId: string; current?: Conversation }) {
  const { t } = useTranslation("customer");
  const history = useHistory(contactId);
  const others = history.data?.filter(({ id }) => id !== current?.id);
  return (
    <Section title={t(current ? "history.title" : "history.all")}>
      {others === undefined && history.isPending && <HistorySkeleton />}
      {others === undefined && history.error && (
        <ErrorState error={history.error} retry={() => void history.refetch()} retrying={history.isFetching} compact />
      )}
      {others?.length === 0 && <p className={classes.nothing}>{t(current ? "history.none" : "history.nothing")}</p>}
      {others !== undefined && others.length > 0 && (
        <ol className={classes.timeline}>
          {others.map((conversation) => (
            <li key={conversation.id}>
              <Earlier conversation={conversation} />
            </li>
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {t("history.more")}
        </Button>
      )}
    </Section>
  );
}

function Earlier({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("customer");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const { id, number, status, channel, closed_at, opened_at, last_message } = conversation;
  return (
    <Link to={{ pathname: `/inbox/${view}/${id}`, search }} className={classes.earlier} data-status={status}>
      <span className={classes.earlierHead}>
        <ChannelMark kind={channel.kind} name={channel.name} size={14} />
        <strong className="numbers">#{number}</strong>
        <span className={classes.status}>{t(`status.${status}`)}</span>
        <RelativeTime at={closed_at ?? opened_at} className={classes.when} />
      </span>
      {last_message?.preview && (
        <bdi dir="auto" className={classes.preview}>
          {last_message.preview}
        </bdi>
      )}
      <Outcome conversation={conversation} />
    </Link>
  );
}

/** What it was about, who had it, and what the customer thought of it. */
function Outcome({ conversation }: { conversation: Conversation }) {
  const { type, assignee, rating_details: rated, last_message: last } = conversation;
  const words = [type?.name, assignee?.name].filter(Boolean).join(" · ");
  return (
    <>
      {(words !== "" || rated) && (
        <span className={classes.outcome}>
          <span className={classes.by}>{words}</span>
          {rated && <Stars value={rated.value} size={14} />}
        </span>
      )}
      {rated?.comment && rated.comment !== last?.preview && (
        <bdi dir="auto" className={classes.preview}>
          “{rated.comment}”
        </bdi>
      )}
    </>
  );
}

function HistorySkeleton() {
  return (
    <div className={classes.skeletonRows} aria-busy="true">
      <Bar height={40} />
      <Bar height={40} />
    </div>
  );
}
