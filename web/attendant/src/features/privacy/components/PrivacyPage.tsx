import { Badge, Button, Group, NumberInput, Switch, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Setting, SettingsPageLayout } from "@/features/settings";
import { ErrorState } from "@/shared/ui/ErrorState";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useErasures, usePrivacyLog, useRetention, useSetRetention, type LogEntry, type Receipt } from "../api/privacy";
import classes from "./privacy.module.css";
import { ReceiptDialog } from "./ReceiptDialog";

const DEFAULT_DAYS = 365;

/** How long messages are kept, what was erased, and who did what with whose data. */
export function PrivacyPage() {
  const { t } = useTranslation("privacy");
  const retention = useRetention();
  const { data, error, refetch, isFetching } = retention;
  if (data === undefined) {
    return (
      <SettingsPageLayout title={t("title")} text={t("text")}>
        {error ? (
          <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
        ) : (
          <PageSkeleton />
        )}
      </SettingsPageLayout>
    );
  }
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      <RetentionForm days={data.messages_days ?? null} />
      <Erasures />
      <Log />
    </SettingsPageLayout>
  );
}

function RetentionForm({ days }: { days: number | null }) {
  const { t } = useTranslation("privacy");
  const saving = useSetRetention();
  const problemText = useProblemText();
  const [on, setOn] = useState(days !== null);
  const [wanted, setWanted] = useState<number | string>(days ?? DEFAULT_DAYS);
  const value = on ? Number(wanted) : null;
  return (
    <Setting id="retention" label={t("retention.label")} help={t("retention.help")} wide>
      <form
        className={classes.retention}
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(value, { onSuccess: () => notifyDone(t("retention.saved")) });
        }}
      >
        <Switch checked={on} onChange={({ currentTarget }) => setOn(currentTarget.checked)} label={t("retention.on")} />
        {on && (
          <NumberInput
            label={t("retention.days")}
            min={30}
            max={3650}
            clampBehavior="blur"
            value={wanted}
            onChange={setWanted}
            w={160}
          />
        )}
        {saving.error && (
          <Text role="alert" c="var(--danger)">
            {problemText(saving.error).text}
          </Text>
        )}
        <div>
          <Button type="submit" loading={saving.isPending} disabled={value === days}>
            {t("retention.save")}
          </Button>
        </div>
      </form>
    </Setting>
  );
}

function Erasures() {
  const { t, i18n } = useTranslation("privacy");
  const { data } = useErasures();
  const [shown, setShown] = useState<string | null>(null);
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "short", timeStyle: "short" });
  return (
    <Setting id="erasures" label={t("erasures.label")} help={t("erasures.help")} wide>
      {data?.items.length === 0 && <Text c="var(--text-2)">{t("erasures.none")}</Text>}
      <ul className={classes.list}>
        {data?.items.map((one: Receipt) => (
          <li key={one.id}>
            <UnstyledButton className={classes.row} onClick={() => setShown(one.id)}>
              <span className={classes.grow}>{one.reason}</span>
              <Text span size="sm" c="var(--text-2)">
                {`${day.format(new Date(one.asked_at))} · ${one.asked_by.name ?? ""}`}
              </Text>
              <Badge variant="light" color={one.state === "done" ? "teal" : "gray"} tt="none">
                {t(`state.${one.state}`)}
              </Badge>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <ReceiptDialog id={shown} close={() => setShown(null)} />
    </Setting>
  );
}

function Log() {
  const { t, i18n } = useTranslation("privacy");
  const { data } = usePrivacyLog();
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "short", timeStyle: "short" });
  return (
    <Setting id="log" label={t("log.label")} help={t("log.help")} wide>
      {data?.items.length === 0 && <Text c="var(--text-2)">{t("log.none")}</Text>}
      <ul className={classes.list}>
        {data?.items.map((entry: LogEntry) => (
          <li key={entry.id} className={classes.row}>
            <span className={classes.grow}>{t(`log.action.${entry.action}`)}</span>
            <Group gap="xs">
              <Text span size="sm" c="var(--text-2)">
                {`${day.format(new Date(entry.at))} · ${entry.by.name ?? t("log.system")}`}
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </Setting>
  );
}
