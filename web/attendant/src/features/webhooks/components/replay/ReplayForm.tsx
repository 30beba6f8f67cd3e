import { Button, MultiSelect, NativeSelect, Radio, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { serverClock } from "@/shared/time/clock";
import { DateTimeField } from "@/shared/time/DateField";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { announce } from "@/shared/ui/announcer";
import { Bar } from "@/shared/ui/Skeletons";

import { useEventTypes } from "../../api/endpoints";
import { useReplayCount, useStartReplay } from "../../api/replays";
import {
  failingSinceOf,
  replayPeriod,
  SPANS,
  WHICH,
  wishOf,
  type Period,
  type ReplayForm as Form,
} from "../../model/replay";
import { useLedgerProblem } from "../deliveries/useLedgerProblem";
import { RecoverButton } from "./RecoverButton";
import type { Endpoint } from "../../api/ledgerTypes";
import classes from "./replay.module.css";

const TYPED_MS = 300;

interface Props {
  webhook: Endpoint;
  start: Form;
}

/** What is to be sent once more; it is counted before anything is sent. */
export function ReplayForm({ webhook, start }: Props) {
  const { t } = useTranslation("deliveries");
  const { zone } = useTimeStyle();
  // What the form began with stays, though the webhook may have begun to work meanwhile.
  const [failingSince] = useState(() => failingSinceOf(webhook));
  const [form, setForm] = useState(start);
  // A span ends when it is chosen, so that what is counted is what is sent.
  const [now, setNow] = useState(() => serverClock.now());
  const change = (fields: Partial<Form>) => {
    setForm({ ...form, ...fields });
    setNow(serverClock.now());
  };
  const period = replayPeriod(form, now, zone, failingSince);
  const spans = SPANS.filter((span) => span !== "failing" || failingSince !== null);
  return (
    <form className={classes.form} onSubmit={(event) => event.preventDefault()}>
      <NativeSelect
        label={t("replay.period")}
        value={form.span}
        onChange={({ currentTarget }) => change({ span: spans.find((one) => one === currentTarget.value) ?? "day" })}
        data={spans.map((span) => ({ value: span, label: t(`replay.span.${span}`) }))}
      />
      {form.span === "chosen" && <ChosenPeriod form={form} period={period} change={change} />}
      <WhichEvents form={form} change={change} />
      {form.which !== "failed" && <Types form={form} change={change} />}
      <Begin webhook={webhook} form={form} period={period} />
    </form>
  );
}

interface PartProps {
  form: Form;
  change: (fields: Partial<Form>) => void;
}

function ChosenPeriod({ form, period, change }: PartProps & { period: Period }) {
  const { t } = useTranslation("deliveries");
  const wrong = "wrong" in period ? period.wrong : null;
  return (
    <div className={classes.dates}>
      <DateTimeField
        label={t("replay.since")}
        value={form.since}
        onChange={(since) => change({ since })}
        error={wrong === "future" ? t("replay.future") : null}
      />
      <DateTimeField
        label={t("replay.until")}
        description={t("replay.until_text")}
        value={form.until}
        onChange={(until) => change({ until })}
        error={wrong === "reversed" ? t("replay.reversed") : null}
      />
    </div>
  );
}

function WhichEvents({ form, change }: PartProps) {
  const { t } = useTranslation("deliveries");
  return (
    <Radio.Group
      label={t("replay.what")}
      value={form.which}
      onChange={(value) => change({ which: WHICH.find((one) => one === value) ?? "missed" })}
    >
      <Stack gap={10} mt={4}>
        {WHICH.map((which) => (
          <Radio
            key={which}
            value={which}
            label={t(`replay.which.${which}`)}
            description={t(`replay.which_text.${which}`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Types({ form, change }: PartProps) {
  const { t } = useTranslation("deliveries");
  const { data } = useEventTypes();
  return (
    <MultiSelect
      label={t("replay.types")}
      description={t("replay.types_text")}
      placeholder={form.types.length === 0 ? t("replay.own_types") : ""}
      data={data?.map(({ type }) => type) ?? []}
      value={[...form.types]}
      onChange={(types) => change({ types })}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("replay.clear_types") }}
    />
  );
}

interface BeginProps {
  webhook: Endpoint;
  form: Form;
  period: Period;
}

/** How many it would be, and the button that begins. */
function Begin({ webhook, form, period }: BeginProps) {
  const { t, i18n } = useTranslation("deliveries");
  const starting = useStartReplay(webhook.id);
  const problem = useLedgerProblem();
  const wish = "wrong" in period ? null : wishOf(form, period);
  const counted = form.which === "failed" ? null : wish;
  const [asked] = useDebouncedValue(counted, TYPED_MS);
  const { data, isFetching, error } = useReplayCount(webhook.id, asked);
  const fresh = counted !== null && !isFetching && JSON.stringify(asked) === JSON.stringify(counted);
  const count = data?.count ?? 0;
  const disabled = webhook.state === "disabled";
  const run = () => {
    if (wish === null) return;
    starting.mutate({ which: form.which, wish }, { onSuccess: () => announce(t("replay.begun")) });
  };
  const ready = wish !== null && !disabled && (form.which === "failed" || (fresh && count > 0));
  return (
    <div className={classes.begin}>
      {counted !== null && (
        <div className={classes.counted} role="status" aria-busy={!fresh}>
          {data === undefined && !error && <Bar width={220} height={20} />}
          {error && <p className={classes.wrong}>{problem.text(error)}</p>}
          {data !== undefined && !error && <Counted {...data} since={counted.since} old={!fresh} />}
        </div>
      )}
      {webhook.state === "paused" && <p className={classes.short}>{t("replay.held_paused")}</p>}
      {disabled && (
        <div className={classes.held}>
          <p>{t("replay.held_disabled")}</p>
          <RecoverButton webhook={webhook} />
        </div>
      )}
      {starting.error && (
        <p className={classes.wrong} role="alert">
          {problem.text(starting.error)}
        </p>
      )}
      <Button onClick={run} disabled={!ready} loading={starting.isPending}>
        {counted !== null && fresh && data !== undefined && count > 0
          ? t("replay.send_count", { count, number: new Intl.NumberFormat(i18n.language).format(count) })
          : t("replay.send")}
      </Button>
    </div>
  );
}

interface CountedProps {
  count: number;
  exact: boolean;
  archive_since: string | null;
  since: string;
  old: boolean;
}

function Counted({ count, exact, archive_since: archive, since, old }: CountedProps) {
  const { t, i18n } = useTranslation("deliveries");
  const style = useTimeStyle();
  const number = new Intl.NumberFormat(i18n.language).format(count);
  const short = archive !== null && Date.parse(since) < Date.parse(archive);
  return (
    <div data-old={old || undefined}>
      <p className={classes.number}>{t(exact ? "replay.counted" : "replay.about", { count, number })}</p>
      {archive !== null && (
        <p className={short ? classes.short : classes.archive}>
          {t(short ? "replay.archive_short" : "replay.archive", { since: exactTime(archive, style) })}
        </p>
      )}
    </div>
  );
}
