import { Menu } from "@mantine/core";
import { IconAlertTriangle, IconChevronDown, IconChevronRight, IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Conversation } from "@/shared/api/types";
import { useStanding } from "@/shared/conversations/useStanding";
import { useAwayReasons, useSetAvailability, type Chosen } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";
import type { Availability, AvailabilityState } from "@/shared/routing/types";
import { useAvailabilityWords } from "@/shared/routing/useAvailabilityWords";
import { neutralName } from "@/shared/text/neutral";
import { RelativeTime, WaitingTime } from "@/shared/time/times";
import { Avatar } from "@/shared/ui/Avatar";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { PersonName } from "@/shared/ui/SafeText";

import { useSteady } from "../hooks/useSteady";
import type { PersonRow } from "../model/people";
import { Deeds } from "./Deeds";
import classes from "./live.module.css";

interface Props {
  rows: readonly PersonRow[];
  /** There are more conversations than were looked at. */
  more: boolean;
  /** Whether the conversations are known. */
  known: boolean;
}

/** Who is on what. */
export function People({ rows: now, more, known }: Props) {
  const { t } = useTranslation("live");
  const { rows, gone, handlers } = useSteady(now);
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <section className={classes.part} aria-labelledby="live-people">
      <h2 id="live-people">{t("people.title")}</h2>
      {rows.length === 0 ? (
        <p className={classes.empty}>{t("people.empty")}</p>
      ) : (
        <ul className={classes.list} {...handlers}>
          {rows.map((one) => (
            <li key={one.id} data-gone={gone.has(one.id) || undefined}>
              <Person
                row={one}
                known={known}
                opened={opened === one.id}
                toggle={() => setOpened(opened === one.id ? null : one.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {more && <p className={classes.empty}>{t("people.more")}</p>}
    </section>
  );
}

interface PersonProps {
  row: PersonRow;
  known: boolean;
  opened: boolean;
  toggle: () => void;
}

function Person({ row, known, opened, toggle }: PersonProps) {
  const { t } = useTranslation("live");
  const { short, why } = useAvailabilityWords();
  const { availability: one, conversations, waitingSince, pressing } = row;
  const name = neutralName(one.name ?? "") || "—";
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  const full = one.state === "online" && !one.room;
  return (
    <>
      <div className={classes.person}>
        <button
          type="button"
          className={classes.opens}
          aria-expanded={opened}
          onClick={toggle}
          disabled={conversations.length === 0}
        >
          <Chevron size={16} aria-hidden className={classes.chevron} />
          <Avatar id={one.id} name={name} size={32} />
          <span className={classes.lines}>
            <span className={classes.name}>
              <PersonName name={name} />
            </span>
            <span className={classes.more} title={why(one)}>
              <AvailabilityDot state={one.state} />
              <bdi>{short(one)}</bdi>
              <RelativeTime at={one.since} className={classes.since} />
            </span>
          </span>
          <span className={classes.facts}>
            <span className="numbers" data-full={full || undefined}>
              {typeof one.limit !== "number"
                ? t("people.load", { count: one.load })
                : t("people.load_of", { load: one.load, limit: one.limit })}
            </span>
            <span className={classes.more}>
              {waitingSince ? (
                <>
                  {t("people.waits")} <WaitingTime at={waitingSince} />
                </>
              ) : (
                known && t("people.nobody_waits")
              )}
            </span>
          </span>
          {pressing > 0 && (
            <span className={classes.level} data-level="near" title={t("people.pressing", { count: pressing })}>
              <IconAlertTriangle size={16} role="img" aria-label={t("people.pressing", { count: pressing })} />
              <span className="numbers">{pressing}</span>
            </span>
          )}
        </button>
        <PresenceMenu one={one} name={name} />
      </div>
      {opened && (
        <ul className={classes.theirs} aria-label={t("people.of", { name })}>
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <Theirs conversation={conversation} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Theirs({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("live");
  const standing = useStanding(conversation);
  const name = neutralName(conversation.contact.name ?? "") || t("nameless");
  return (
    <span className={classes.one}>
      <Link to={`/inbox/all/${conversation.id}`} className={classes.who}>
        <span className={classes.name}>
          <PersonName name={name} />
          <span className={classes.number}>#{conversation.number}</span>
        </span>
      </Link>
      <span className={classes.level} data-level={standing?.level} title={standing?.words}>
        {conversation.waiting_since ? <WaitingTime at={conversation.waiting_since} /> : "—"}
      </span>
      <Deeds conversation={conversation} name={name} />
    </span>
  );
}

const STATES: readonly AvailabilityState[] = ["online", "away", "busy", "offline"];

/** A supervisor says how available somebody is, who has gone without saying so. */
function PresenceMenu({ one, name }: { one: Availability; name: string }) {
  const { t } = useTranslation("live");
  const { t: words } = useTranslation("presence");
  const [opened, setOpened] = useState(false);
  const reasons = useAwayReasons(opened);
  const set = useSetAvailability();
  const problemText = useProblemText();
  const choose = (chosen: Chosen, what: string) =>
    set.mutate(
      { id: one.id, ...chosen },
      {
        onSuccess: () => notifyDone(t("people.changed", { name, state: what })),
        onError: (error) => {
          const { text, code } = problemText(error);
          notifyFailed(words("failed"), text, code);
        },
      },
    );
  return (
    <Menu position="bottom-end" width={220} opened={opened} onChange={setOpened} returnFocus>
      <Menu.Target>
        <IconButton size={28} label={t("people.change", { name })}>
          <IconDots size={18} stroke={1.75} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words("label")}</Menu.Label>
        {STATES.map((state) => (
          <Menu.Item
            key={state}
            leftSection={<AvailabilityDot state={state} />}
            aria-current={state === one.state || undefined}
            onClick={() => choose({ state }, words(`state.${state}`))}
          >
            {words(`state.${state}`)}
          </Menu.Item>
        ))}
        {reasons.length > 0 && <Menu.Divider />}
        {reasons.map(({ id, name: reason }) => (
          <Menu.Item key={id} onClick={() => choose({ state: "away", reason_id: id }, neutralName(reason))}>
            <bdi>{words("state.reason", { state: words("state.away"), reason: neutralName(reason) })}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
