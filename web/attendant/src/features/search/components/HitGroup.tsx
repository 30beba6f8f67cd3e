import { IconArrowDownLeft, IconArrowUpRight, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { displayName } from "@/shared/text/neutral";
import { RelativeTime } from "@/shared/time/times";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { PersonName } from "@/shared/ui/SafeText";

import type { SearchGroup, SearchHit } from "@/shared/api/types";
import { addressOfHit } from "../model/refinement";
import classes from "./SearchResults.module.css";
import { Snippet } from "./Snippet";

interface Props {
  group: SearchGroup;
  view: string;
  /** The `?...` that keeps the results beside what is opened. */
  search: string;
  /** The open message. */
  openId: string | undefined;
  onOpen: () => void;
}

/** The hits of one conversation, newest first; each leads to its message. */
export function HitGroup({ group: { conversation, messages }, view, search, openId, onOpen }: Props) {
  const { t } = useTranslation("search");
  const { channel, contact, number, status } = conversation;
  return (
    <section className={classes.group} aria-label={t("group", { name: displayName(contact.name), number })}>
      <h3 className={classes.head}>
        <ChannelMark kind={channel.kind} />
        <span className={classes.name}>
          <PersonName name={contact.name ?? ""} />
        </span>
        <span className={classes.number}>#{number}</span>
        {status === "closed" && <span className={classes.closed}>{t("closed")}</span>}
      </h3>
      <ul className={classes.hits}>
        {messages.map((hit) => (
          <li key={hit.message.id}>
            <Link
              className={classes.hit}
              data-result=""
              data-open={hit.message.id === openId || undefined}
              aria-current={hit.message.id === openId || undefined}
              to={addressOfHit(view, conversation.id, hit.message.id, search)}
              onClick={onOpen}
            >
              <HitText hit={hit} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HitText({ hit: { message, snippets } }: { hit: SearchHit }) {
  const { t } = useTranslation("search");
  const { direction, author } = message;
  const Icon = { inbound: IconArrowDownLeft, outbound: IconArrowUpRight, note: IconLock, system: IconLock }[direction];
  const who = author.type === "contact" ? t("customer") : displayName(author.name);
  return (
    <>
      <span className={classes.by}>
        <Icon size={14} stroke={1.75} aria-label={direction === "system" ? undefined : t(`direction.${direction}`)} />
        <span className={classes.who}>{who}</span>
        <RelativeTime at={message.occurred_at} className={classes.time} />
      </span>
      {snippets.map((snippet, at) => (
        <Snippet key={at} snippet={snippet} />
      ))}
    </>
  );
}
