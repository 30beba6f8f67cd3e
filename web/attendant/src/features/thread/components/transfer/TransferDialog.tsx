import { IconInbox, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import type { ChannelKind, Conversation } from "@/shared/api/types";
import { useColleagues } from "@/shared/conversations/colleagues";
import type { Receiver } from "@/shared/conversations/transfers";
import { useAvailabilities } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";
import { useTeams } from "@/shared/routing/teams";
import { useAvailabilityWords } from "@/shared/routing/useAvailabilityWords";
import { useMe } from "@/shared/session/SessionProvider";
import { Avatar } from "@/shared/ui/Avatar";
import { ChoiceDialog, type Choice } from "@/shared/ui/ChoiceDialog";
import { PersonName } from "@/shared/ui/SafeText";

import { useFullWords } from "../../hooks/useFullWords";
import { peopleFor, teamsFor, type PersonReceiver, type TeamReceiver } from "../../model/receivers";
import { NoteDialog } from "./NoteDialog";
import classes from "./transfer.module.css";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
  /** Without a note: to oneself, or, with null, back to the queue. */
  assign: (to: { id: string; name: string } | null) => void;
}

/** In the place of an id: to oneself, or back to the queue. */
const QUEUE = "queue";
const ME = "me";

/** Who goes on with the conversation, by name, with the arrows and Enter; then a note for them. */
export function TransferDialog({ opened, ...rest }: Props) {
  return opened ? <Opened {...rest} /> : null;
}

function Opened({ conversation, close, assign }: Omit<Props, "opened">) {
  const [to, setTo] = useState<Receiver | null>(null);
  const [before] = useState(() => document.activeElement);
  const leave = () => {
    flushSync(close);
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  if (to !== null) return <NoteDialog conversation={conversation} to={to} close={leave} back={() => setTo(null)} />;
  return <Receivers conversation={conversation} close={close} assign={assign} choose={setTo} />;
}

type ReceiversProps = Omit<Props, "opened"> & { choose: (to: Receiver) => void };

function Receivers({ conversation, close, assign, choose }: ReceiversProps) {
  const { t } = useTranslation("thread");
  const me = useMe();
  const { people } = useAvailabilities();
  const { kind: channel } = conversation.channel;
  const receivers = [...peopleFor(useColleagues(), people, me.id, channel), ...teamsFor(useTeams(), people, channel)];
  const holder = conversation.assignee?.id;
  const finish = (to: { id: string; name: string } | null) => {
    close();
    assign(to);
  };
  const choices: (Choice & { run: () => void })[] = receivers
    // Who has it already, or the queue in which it waits, is no change.
    .filter(({ kind, id }) => (kind === "person" ? id !== holder : id !== conversation.team?.id || holder))
    .map((one) => ({
      id: `${one.kind}-${one.id}`,
      text: one.name,
      shown: one.kind === "person" ? <Person person={one} channel={channel} /> : <Team team={one} />,
      run: () => choose(one.kind === "person" ? { attendant: one } : { team: one }),
    }));
  if (holder !== me.id) {
    choices.unshift({ id: ME, text: me.name, shown: <Myself />, run: () => finish({ id: me.id, name: me.name }) });
  }
  if (holder !== undefined) {
    choices.push({ id: QUEUE, text: t("action.release"), shown: <ToQueue />, run: () => finish(null) });
  }
  return (
    <ChoiceDialog
      title={t("assign.title")}
      search={t("assign.search")}
      nothing={t("assign.nobody")}
      close={close}
      several
      plain
      choices={choices}
      onChoose={({ id }) => choices.find((one) => one.id === id)?.run()}
    />
  );
}

function Person({ person, channel }: { person: PersonReceiver; channel: ChannelKind }) {
  const { t } = useTranslation("transfer");
  const { short } = useAvailabilityWords();
  const fullWords = useFullWords();
  const { availability, free } = person;
  const load =
    typeof availability?.limit === "number"
      ? t("load_of", { load: availability.load, limit: availability.limit })
      : availability && t("load", { count: availability.load });
  return (
    <span className={classes.receiver} data-free={free || undefined}>
      <Avatar id={person.id} name={person.name} size={28} />
      <span className={classes.lines}>
        <span className={classes.name}>
          <PersonName name={person.name} />
        </span>
        {availability && (
          <span className={classes.more}>
            <AvailabilityDot state={availability.state} />
            <bdi>{fullWords(availability, channel) ?? short(availability)}</bdi>
          </span>
        )}
      </span>
      {load && <span className={`${classes.load} numbers`}>{load}</span>}
    </span>
  );
}

function Team({ team }: { team: TeamReceiver }) {
  const { t } = useTranslation("transfer");
  return (
    <span className={classes.receiver} data-free={team.free > 0 || undefined}>
      <IconUsersGroup size={28} stroke={1.5} aria-hidden />
      <span className={classes.lines}>
        <bdi className={classes.name}>{team.name}</bdi>
        <span className={classes.more}>
          {team.online === 0
            ? t("team_nobody")
            : `${t("team_online", { count: team.online })}, ${t("team_free", { count: team.free })}`}
        </span>
      </span>
      <span className={classes.load}>{t("team")}</span>
    </span>
  );
}

function Myself() {
  const { t } = useTranslation("thread");
  const me = useMe();
  return (
    <span className={classes.receiver} data-free>
      <Avatar id={me.id} name={me.name} size={28} />
      <span className={classes.lines}>
        <span className={classes.name}>
          <PersonName name={me.name} />
        </span>
      </span>
      <span className={classes.load}>{t("you")}</span>
    </span>
  );
}

function ToQueue() {
  const { t } = useTranslation("thread");
  return (
    <span className={classes.receiver} data-free>
      <IconInbox size={28} stroke={1.5} aria-hidden />
      <bdi className={classes.name}>{t("action.release")}</bdi>
    </span>
  );
}
