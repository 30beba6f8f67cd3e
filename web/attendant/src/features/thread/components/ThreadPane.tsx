import { Button } from "@mantine/core";
import { useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Composer } from "@/features/composer";
import { ApiProblem } from "@/shared/api/problem";
import type { Conversation } from "@/shared/api/types";
import type { View } from "@/shared/conversations/filter";
import { useConversation } from "@/shared/conversations/queries";
import { useTaken } from "@/shared/conversations/taken";
import { useThread } from "@/shared/conversations/useThread";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { Bar, ThreadSkeleton } from "@/shared/ui/Skeletons";

import { useWatching } from "../hooks/useWatching";
import { MOST_PAGES_TO_UNREAD, placeToLoad } from "../model/place";
import { ThreadHeader } from "./header/ThreadHeader";
import headerClasses from "./header/header.module.css";
import { MessageList, type ListHandle } from "./MessageList";
import { NoSelection } from "./NoSelection";
import { PostCard } from "./PostCard";
import { TakenConversation } from "./TakenConversation";
import { TransferBanner } from "./transfer/TransferBanner";
import { WatchBanner } from "./WatchBanner";
import classes from "./thread.module.css";

interface Props {
  /** The view whose list stands beside it: where "back" leads on a phone. */
  view: View;
  conversationId: string | undefined;
}

/** Header, messages and composer of one conversation. */
export function ThreadPane({ view, conversationId }: Props) {
  if (conversationId === undefined) return <NoSelection />;
  return <Selected key={conversationId} view={view} conversationId={conversationId} />;
}

function Selected({ view, conversationId }: { view: View; conversationId: string }) {
  const taken = useTaken(conversationId);
  if (taken !== null) return <TakenConversation view={view} conversationId={conversationId} taken={taken} />;
  return <OpenConversation view={view} conversationId={conversationId} />;
}

function OpenConversation({ view, conversationId }: { view: View; conversationId: string }) {
  const { t } = useTranslation("thread");
  const { data: conversation, error, refetch, isFetching } = useConversation(conversationId);
  const list = useRef<ListHandle>(null);
  const watching = useWatching();
  if (conversation === undefined && error instanceof ApiProblem && (error.status === 404 || error.status === 422)) {
    return (
      <section className={classes.pane} aria-label={t("pane")}>
        <EmptyState
          drawing="search"
          title={t("not_found.title")}
          text={t("not_found.text")}
          action={
            <Button component={Link} to={`/inbox/${view}`} variant="default">
              {t("not_found.back")}
            </Button>
          }
        />
      </section>
    );
  }
  if (conversation === undefined && error !== null) {
    return (
      <section className={classes.pane} aria-label={t("pane")}>
        <ErrorState error={error} title={t("load_failed")} retry={() => void refetch()} retrying={isFetching} />
      </section>
    );
  }
  return (
    <section className={classes.pane} aria-label={t("pane")}>
      {conversation === undefined ? (
        <div className={headerClasses.header}>
          <Bar width={180} />
        </div>
      ) : (
        <ThreadHeader view={view} conversation={conversation} list={list} />
      )}
      {conversation !== undefined && <TransferBanner conversation={conversation} />}
      {conversation !== undefined && watching.on && <WatchBanner conversation={conversation} end={watching.end} />}
      {conversation?.thread?.public && <PostCard conversation={conversation} />}
      <div className={classes.middle}>
        <PartBoundary part="messages">
          <Messages conversationId={conversationId} conversation={conversation} list={list} looksOn={watching.on} />
        </PartBoundary>
      </div>
      {conversation !== undefined && (
        <PartBoundary part="composer">
          <Composer conversationId={conversationId} watching={watching.on} />
        </PartBoundary>
      )}
    </section>
  );
}

interface MessagesProps {
  conversationId: string;
  conversation: Conversation | undefined;
  list: RefObject<ListHandle | null>;
  /** Nothing is marked as read. */
  looksOn: boolean;
}

function Messages({ conversationId, conversation, list, looksOn }: MessagesProps) {
  const { t } = useTranslation("thread");
  const { thread, error, refetch, status, ...moves } = useThread(conversationId);
  const [pages, setPages] = useState(0);
  const [shown, setShown] = useState(false);
  const { loadOlder, jumpToNewest, jumpToSequence, forgetOld } = moves;
  useEffect(() => forgetOld, [forgetOld]);
  const ready = thread !== undefined && conversation !== undefined;
  // Old history that was read before, or a first page: what was unread when it was opened may lie elsewhere.
  const elsewhere = ready && pages < MOST_PAGES_TO_UNREAD ? placeToLoad(thread, conversation) : null;
  const reaches = ready && elsewhere === null;
  useEffect(() => {
    if (elsewhere === null || shown) return;
    const load = { newest: jumpToNewest, older: loadOlder };
    (typeof elsewhere === "number" ? jumpToSequence(elsewhere) : load[elsewhere]()).then(
      () => setPages((count) => count + 1),
      () => setPages(MOST_PAGES_TO_UNREAD),
    );
  }, [elsewhere, shown, pages, loadOlder, jumpToNewest, jumpToSequence]);
  if (reaches && !shown) setShown(true);
  if (thread === undefined && status === "error") {
    return <ErrorState error={error} title={t("load_failed")} retry={() => void refetch()} />;
  }
  if (!ready || (!shown && !reaches)) return <ThreadSkeleton />;
  return <MessageList ref={list} conversation={conversation} thread={thread} moves={moves} looksOn={looksOn} />;
}
