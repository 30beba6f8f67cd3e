import { Button, Progress } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import type { Replay } from "../../api/ledgerTypes";
import { useStopReplay } from "../../api/replays";
import { deliveriesPath } from "../../model/deliveries";
import { progressOf } from "../../model/replay";
import { useLedgerProblem } from "../deliveries/useLedgerProblem";
import classes from "./replay.module.css";

interface Props {
  webhookId: string;
  replay: Replay;
}

/** One replay: of which period, how far it has come, and what came of it. One that runs can be stopped. */
export function ReplayCard({ webhookId, replay }: Props) {
  const { t } = useTranslation("deliveries");
  const style = useTimeStyle();
  const { kind, only, since, until, state, event_types: types } = replay;
  const what = kind === "replay" ? t(`replay.which.${only}`) : t(`replay.kind.${kind}`);
  const Title = state === "running" ? "h2" : "h3"; // the earlier ones stand under a heading of theirs
  return (
    <article className={classes.card} data-state={state}>
      <header className={classes.cardHead}>
        <div>
          <Title>{t(`replay.state.${state}`)}</Title>
          <p>
            {what} · {exactTime(since, style)} – {exactTime(until, style)}
          </p>
          {types !== null && types.length > 0 && (
            <p className={classes.types}>
              <code>{types.join(", ")}</code>
            </p>
          )}
        </div>
        {state === "running" && <StopButton webhookId={webhookId} id={replay.id} />}
      </header>
      {state === "running" && <Running replay={replay} />}
      <Counts replay={replay} />
      {replay.failed > 0 && (
        <Link to={`${deliveriesPath(webhookId)}?state=failed`} className={classes.link}>
          {t("replay.see_failed")}
        </Link>
      )}
    </article>
  );
}

function Running({ replay }: { replay: Replay }) {
  const { t, i18n } = useTranslation("deliveries");
  const { ended, total, share } = progressOf(replay);
  const numbers = new Intl.NumberFormat(i18n.language);
  const words =
    total === null
      ? t("replay.so_far", { ended: numbers.format(ended) })
      : t("replay.of", { ended: numbers.format(ended), total: numbers.format(total) });
  return (
    <div className={classes.progress}>
      <Progress
        value={share === null ? 100 : share * 100}
        animated={share === null}
        aria-label={t("replay.progress")}
      />
      <p className="numbers">{words}</p>
    </div>
  );
}

const COUNTS = ["delivered", "failed", "waiting", "dropped", "unsendable"] as const;

/** What came of the deliveries; what is nothing and no good news is left out. */
function Counts({ replay }: { replay: Replay }) {
  const { t, i18n } = useTranslation("deliveries");
  const numbers = new Intl.NumberFormat(i18n.language);
  const counts = { ...replay, waiting: progressOf(replay).waiting };
  return (
    <dl className={classes.counts}>
      {COUNTS.filter((name) => name === "delivered" || counts[name] > 0).map((name) => (
        <div key={name} data-count={name}>
          <dt>{t(`replay.count.${name}`)}</dt>
          <dd className="numbers">{numbers.format(counts[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

function StopButton({ webhookId, id }: { webhookId: string; id: string }) {
  const { t } = useTranslation("deliveries");
  const stop = useStopReplay(webhookId);
  const problem = useLedgerProblem();
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerStop size={18} stroke={1.75} aria-hidden />}
      loading={stop.isPending}
      onClick={() => stop.mutate(id, { onError: problem.tell })}
    >
      {t("replay.stop")}
    </Button>
  );
}
