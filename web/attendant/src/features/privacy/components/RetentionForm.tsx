import { Button, NumberInput, Switch, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Setting, UnsavedChanges } from "@/features/settings";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useRetentionPreview, useSetRetention, type Retention } from "../api/privacy";
import { daysOf, isValid, KINDS, LONGEST, SHORTEST, sameDays, type Days, type Kind } from "../model/retention";
import { useAmounts } from "./amounts";
import classes from "./privacy.module.css";

const DEFAULT_DAYS: Readonly<Record<Kind, number>> = { messages: 365, files: 180, contacts: 730 };
const TYPING_MS = 400;

/** For how many days messages, files and customers are kept, and what that would remove today. */
export function RetentionForm({ retention }: { retention: Retention }) {
  const { t } = useTranslation("privacy");
  const saved = daysOf(retention);
  const [days, setDays] = useState(saved);
  const [asking, setAsking] = useState(false);
  const saving = useSetRetention();
  const problemText = useProblemText();
  const amounts = useAmounts();
  const [wanted] = useDebouncedValue(days, TYPING_MS);
  const preview = useRetentionPreview(wanted);
  const valid = isValid(days);
  const unsaved = !sameDays(days, saved);
  const going = preview.data && amounts.estimated(preview.data);
  const save = () =>
    saving.mutate(days, {
      onSuccess: () => notifyDone(t("retention.saved")),
      onSettled: () => setAsking(false),
    });
  return (
    <Setting id="retention" label={t("retention.label")} help={t("retention.help")} wide>
      <form
        className={classes.retention}
        onSubmit={(event) => {
          event.preventDefault();
          if (going) setAsking(true);
          else save();
        }}
      >
        {KINDS.map((kind) => (
          <KindDays key={kind} kind={kind} days={days[kind]} set={(value) => setDays({ ...days, [kind]: value })} />
        ))}
        {valid && Object.values(days).some((one) => one !== null) && <Preview going={going} failed={preview.isError} />}
        {saving.error && (
          <Text role="alert" c="var(--danger)">
            {problemText(saving.error).text}
          </Text>
        )}
        <div>
          <Button type="submit" loading={saving.isPending} disabled={!unsaved || !valid}>
            {t("retention.save")}
          </Button>
        </div>
        <LastRun retention={retention} />
      </form>
      <UnsavedChanges unsaved={unsaved} />
      <ConfirmDialog
        opened={asking}
        title={t("retention.confirm.title")}
        confirm={t("retention.confirm.do")}
        busy={saving.isPending}
        onConfirm={save}
        onClose={() => setAsking(false)}
      >
        {t("retention.confirm.text", { what: going ?? "" })}
      </ConfirmDialog>
    </Setting>
  );
}

/** Whether one kind is removed at all, and after how many days. */
function KindDays({ kind, days, set }: { kind: Kind; days: Days[Kind]; set: (days: Days[Kind]) => void }) {
  const { t } = useTranslation("privacy");
  const label = t(`retention.on_${kind}`);
  const wrong = days !== null && !isValid({ messages: null, files: null, contacts: null, [kind]: days });
  return (
    <fieldset className={classes.kind} aria-label={t(`retention.${kind}`)}>
      <div className={classes.grow}>
        <Switch
          checked={days !== null}
          onChange={({ currentTarget }) => set(currentTarget.checked ? DEFAULT_DAYS[kind] : null)}
          label={label}
          description={t(`retention.${kind}_help`)}
        />
      </div>
      {days !== null && (
        <NumberInput
          label={t("retention.days")}
          aria-label={`${t("retention.days")}: ${t(`retention.${kind}`)}`}
          min={SHORTEST}
          max={LONGEST}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          value={Number.isNaN(days) ? "" : days}
          onChange={(value) => set(value === "" ? Number.NaN : Number(value))}
          error={wrong ? t("retention.wrong_days") : undefined}
          w={140}
        />
      )}
    </fieldset>
  );
}

/** About what would be removed today; `going` is undefined until it is known, and null where that is nothing. */
function Preview({ going, failed }: { going: string | null | undefined; failed: boolean }) {
  const { t } = useTranslation("privacy");
  if (failed) return <Text c="var(--text-2)">{t("retention.preview.failed")}</Text>;
  if (going === undefined) return <Text c="var(--text-2)">{t("retention.preview.busy")}</Text>;
  return (
    <div role="status" className={classes.preview}>
      {going === null ? (
        t("retention.preview.none")
      ) : (
        <>
          {t("retention.preview.text")} <strong>{going}</strong>
        </>
      )}
    </div>
  );
}

function LastRun({ retention }: { retention: Retention }) {
  const { t } = useTranslation("privacy");
  const style = useTimeStyle();
  const amounts = useAmounts();
  if (!retention.swept_at) return null;
  const what = amounts.counted({
    messages: retention.removed,
    files: retention.removed_files,
    contacts: retention.removed_contacts,
  });
  return (
    <Text size="sm" c="var(--text-2)">
      {t("retention.swept", { when: exactTime(retention.swept_at, style), what })}
    </Text>
  );
}
