import { Button, Tooltip } from "@mantine/core";
import { IconPlayerTrackNext } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useQueue } from "@/shared/routing/queue";
import type { TeamQueue } from "@/shared/routing/types";
import { useFullChannels } from "@/shared/routing/useFullChannels";
import { useMay } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { WaitingTime } from "@/shared/time/times";
import { TooltipText } from "@/shared/ui/IconButton";

import { useTakeNext } from "../useTakeNext";
import { NEXT_KEY } from "./NextCommand";
import { QueueHeadPlace } from "./places";
import classes from "./queue.module.css";

interface Props {
  /** The team to which the list is narrowed. */
  teamId: string | undefined;
  onTeam: (teamId: string | undefined) => void;
}

/** Over the list of the queue: how many wait, in which team, who is there for them, and the next one. */
export function QueueHead({ teamId, onTeam }: Props) {
  const { t } = useTranslation("queue");
  const { data, isLoading } = useQueue();
  const mayTake = useMay("conversations:assign");
  const { take, taking } = useTakeNext(teamId ?? null);
  const teams = (data?.teams ?? []).filter(({ team, waiting }) => team || waiting > 0);
  const named = teams.some(({ team }) => team);
  const shown = teamId === undefined ? teams : teams.filter(({ team }) => team?.id === teamId);
  const waiting = shown.reduce((sum, one) => sum + one.waiting, 0);
  const longest = shown
    .map((one) => one.longest_since)
    .filter(Boolean)
    .sort()[0];
  if (isLoading) return <QueueHeadPlace />;
  if (data === undefined || (!named && waiting === 0)) return null;
  return (
    <section className={classes.head} aria-label={t("head")}>
      <div className={classes.sum}>
        <p className={classes.words} role="status">
          <strong className="numbers">{t("waiting", { count: waiting })}</strong>
          {longest && (
            <span>
              {t("longest")} <WaitingTime at={longest} />
            </span>
          )}
        </p>
        {mayTake && (
          <Tooltip label={<TooltipText text={t("next_long")} keys={NEXT_KEY} />}>
            <Button
              size="compact-sm"
              leftSection={<IconPlayerTrackNext size={16} stroke={1.75} aria-hidden />}
              onClick={take}
              loading={taking}
              aria-keyshortcuts="Shift+N"
            >
              {t("next")}
            </Button>
          </Tooltip>
        )}
      </div>
      {named && (
        <ul className={classes.teams} aria-label={t("teams")}>
          {teams.map((one) => (
            <li key={one.team?.id ?? ""}>
              <TeamChip one={one} chosen={one.team?.id !== undefined && one.team.id === teamId} onTeam={onTeam} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface ChipProps {
  one: TeamQueue;
  chosen: boolean;
  onTeam: (teamId: string | undefined) => void;
}

function TeamChip({ one, chosen, onTeam }: ChipProps) {
  const { t } = useTranslation("queue");
  const { team, waiting, online, room } = one;
  const name = team ? neutralName(team.name ?? "") || "—" : t("no_team");
  const there = online === 0 ? t("nobody") : t("online", { count: online });
  const free = online === 0 || room === null ? null : room > 0 ? t("room", { count: room }) : t("no_room");
  const channels = useFullChannels(one);
  // There is room for few words: this one explains why nobody gets what waits; the tooltip has all of it.
  const none = channels !== null && t("full_channels", { channels });
  const words = [there, free, none].filter(Boolean).join(", ");
  const content = (
    <>
      <bdi className={classes.team}>{name}</bdi>
      <span className={`${classes.count} numbers`}>{waiting}</span>
      {team && (
        <span className={classes.there} data-empty={online === 0 || room === 0 || channels !== null || undefined}>
          {none || words}
        </span>
      )}
    </>
  );
  if (!team) return <span className={classes.chip}>{content}</span>;
  return (
    <button
      type="button"
      className={classes.chip}
      aria-pressed={chosen}
      title={`${name}: ${words}`}
      onClick={() => onTeam(chosen ? undefined : team.id)}
    >
      {content}
    </button>
  );
}
