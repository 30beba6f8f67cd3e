import { Loader, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import type { Contact, Conversation, SearchPage } from "@/shared/api/types";
import { useMe } from "@/shared/session/SessionProvider";
import { displayName, neutralName } from "@/shared/text/neutral";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowSkeletons } from "@/shared/ui/Skeletons";

import { useSearch, useSearchCount, type SearchQuery } from "../api/search";
import { addressOf, useOpenCustomer } from "../hooks/useOpenCustomer";
import { joined } from "../model/groups";
import { remember } from "../model/recent";
import { Excluding, type SetFilter } from "./Excluding";
import { HitGroup } from "./HitGroup";
import classes from "./SearchResults.module.css";

interface Props {
  query: SearchQuery;
  view: string;
  /** The filters that are set and could be taken away. */
  filters: readonly SetFilter[];
  onWiden: () => void;
  /** Back to the box. */
  onLeave: () => void;
}

/** What a search finds: the conversation of a number, customers, and messages grouped by conversation, newest first. */
export function SearchResults({ query, view, filters, onWiden, onLeave }: Props) {
  const { t } = useTranslation("search");
  const found = useSearch(query);
  const list = useRef<HTMLDivElement>(null);
  if (query.q === "") return <EmptyState compact drawing="search" title={t("start.title")} text={t("start.text")} />;
  if (found.isError) {
    const retry = () => void found.refetch();
    return <ErrorState error={found.error} title={t("failed")} retry={retry} retrying={found.isFetching} />;
  }
  if (found.data === undefined) return <RowSkeletons />;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") onLeave();
    else if (!moveFocus(event.key, list.current, onLeave)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      className={classes.results}
      role="region"
      aria-label={t("results")}
      aria-busy={found.isPlaceholderData}
      onKeyDown={onKeyDown}
    >
      <Found
        pages={found.data.pages}
        query={query}
        view={view}
        more={found.hasNextPage}
        {...{ filters, onWiden }}
        stale={found.isPlaceholderData}
      />
      {found.hasNextPage && (
        <More loading={found.isFetchingNextPage} load={() => void found.fetchNextPage()} label={t("more")} />
      )}
    </div>
  );
}

interface FoundProps extends Omit<Props, "onLeave"> {
  pages: readonly SearchPage[];
  more: boolean;
  /** Of the search before; the next one is under way. */
  stale: boolean;
}

function Found({ pages, query, view, more, stale, filters, onWiden }: FoundProps) {
  const { t } = useTranslation("search");
  const me = useMe().id;
  const { search, hash } = useLocation();
  const groups = joined(pages);
  const [first] = pages;
  const shown = groups.reduce((sum, { messages }) => sum + messages.length, 0);
  const count = useSearchCount(query, more && !stale);
  const contacts = first?.contacts ?? [];
  const number = first?.conversation ?? null;
  const openId = decodeURIComponent(/^#message=(.+)$/.exec(hash)?.[1] ?? "") || undefined;
  const onOpen = () => remember(me, query.q);
  const nothing = shown === 0 && contacts.length === 0 && number === null && !more;
  const total = more ? count?.total : shown;
  const exact = !more || count?.exact === true;
  return (
    <>
      <VisuallyHidden role="status">
        {!stale && (nothing ? t("none.title", { q: query.q }) : t("found", { count: total ?? shown }))}
      </VisuallyHidden>
      {nothing && (
        <EmptyState
          compact
          drawing="search"
          title={t("none.title", { q: query.q })}
          text={filters.length > 0 ? t("none.narrowed") : t("none.text")}
          action={filters.length > 0 && <Excluding query={query} filters={filters} onWiden={onWiden} />}
        />
      )}
      {number !== null && <ByNumber conversation={number} search={search} onOpen={onOpen} />}
      {contacts.length > 0 && <Customers contacts={contacts} search={search} onOpen={onOpen} />}
      {shown > 0 && (
        <>
          <h2 className={classes.title}>
            {t("messages")}
            {total !== undefined && <span className={classes.count}>{exact ? total : t("at_least", { total })}</span>}
          </h2>
          {groups.map((group) => (
            <HitGroup key={group.conversation.id} {...{ group, view, search, openId, onOpen }} />
          ))}
        </>
      )}
    </>
  );
}

interface ShortProps {
  search: string;
  onOpen: () => void;
}

function ByNumber({ conversation, search, onOpen }: ShortProps & { conversation: Conversation }) {
  const { t } = useTranslation("search");
  return (
    <section aria-label={t("protocol")}>
      <h2 className={classes.title}>{t("protocol")}</h2>
      <Link className={classes.entry} data-result="" to={`${addressOf(conversation)}${search}`} onClick={onOpen}>
        <ChannelMark kind={conversation.channel.kind} />
        <span className={classes.entryText}>
          <span className={classes.name}>{displayName(conversation.contact.name)}</span>
          <span className={classes.detail}>#{conversation.number}</span>
        </span>
      </Link>
    </section>
  );
}

function Customers({ contacts, search, onOpen }: ShortProps & { contacts: readonly Contact[] }) {
  const { t } = useTranslation("search");
  const open = useOpenCustomer();
  return (
    <section aria-label={t("customers")}>
      <h2 className={classes.title}>{t("customers")}</h2>
      {contacts.map((contact) => (
        <UnstyledButton
          key={contact.id}
          className={classes.entry}
          data-result=""
          onClick={() => {
            onOpen();
            void open(contact, search);
          }}
        >
          <IconUser size={18} stroke={1.75} aria-hidden="true" />
          <span className={classes.entryText}>
            <span className={classes.name}>{displayName(contact.name)}</span>
            <span className={classes.detail}>
              {contact.phone ? phoneText(contact.phone) : neutralName(contact.email ?? "")}
            </span>
          </span>
        </UnstyledButton>
      ))}
    </section>
  );
}

/** The next page, asked for when it comes into sight, or by the button. */
function More({ loading, load, label }: { loading: boolean; load: () => void; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null || loading || typeof IntersectionObserver === "undefined") return undefined;
    const observer = new IntersectionObserver(([seen]) => {
      if (seen?.isIntersecting) load();
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  });
  return (
    <div ref={place} className={classes.more}>
      {loading ? (
        <Loader size={16} color="gray" />
      ) : (
        <UnstyledButton className={classes.moreButton} data-result="" onClick={load}>
          {label}
        </UnstyledButton>
      )}
    </div>
  );
}

/** Up and down, Home and End; above the first stands the box. */
function moveFocus(key: string, list: HTMLElement | null, onLeave: () => void): boolean {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const step = steps[key];
  if (step === undefined || list === null) return false;
  const results = [...list.querySelectorAll<HTMLElement>("[data-result]")];
  const at = results.findIndex((one) => one === document.activeElement);
  if (at + step < 0 && key === "ArrowUp") onLeave();
  else results[Math.min(Math.max(at + step, 0), results.length - 1)]?.focus();
  return true;
}
