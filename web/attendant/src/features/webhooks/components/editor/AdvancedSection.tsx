import { NumberInput, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Setting, type Refused } from "@/features/settings";

import { pauseWords } from "../../model/deliveriesTimeline";
import { LIMITS, type EndpointDraft } from "../../model/draft";
import { parseRetries, wholeSpan } from "../../model/retries";
import classes from "./editor.module.css";

interface Props {
  draft: EndpointDraft;
  set: (change: Partial<EndpointDraft>) => void;
  wrongRetries: boolean;
  refused: Refused;
}

const FIELDS = ["rate_limit_per_second", "concurrency", "retry_seconds", "disable_after_hours"] as const;

/** How it is sent: order, pace, further attempts, and what happens when nothing arrives. */
export function AdvancedSection({ draft, set, wrongRetries, refused }: Props) {
  const { t, i18n } = useTranslation("webhooks");
  const pauses = parseRetries(draft.retries) ?? [];
  const retries =
    pauses.length === 0
      ? t("retries.never")
      : t("retries.span", { count: pauses.length, time: pauseWords(wholeSpan(pauses) * 1000, i18n.language) });
  return (
    <details className={classes.advanced} open={wrongRetries || FIELDS.some((one) => refused(one, true) !== null)}>
      <summary>
        {t("advanced.title")}
        <small>{t("advanced.text")}</small>
      </summary>
      <Setting id="webhook-ordered" label={t("ordered.title")} help={t("ordered.help")}>
        <Switch
          aria-label={t("ordered.title")}
          checked={draft.ordered}
          onChange={({ currentTarget: { checked } }) => set({ ordered: checked })}
        />
      </Setting>
      <Setting id="webhook-rate" label={t("rate.title")} help={t("rate.help")}>
        <NumberInput
          aria-label={t("rate.title")}
          w={150}
          placeholder={t("rate.none")}
          suffix={t("rate.unit")}
          min={0.01}
          max={LIMITS.perSecond}
          clampBehavior="blur"
          decimalScale={2}
          decimalSeparator={i18n.language === "en" ? "." : ","}
          thousandSeparator={false}
          allowNegative={false}
          value={draft.rate_limit_per_second ?? ""}
          error={refused("rate_limit_per_second")}
          onChange={(typed) => set({ rate_limit_per_second: typed === "" ? null : Number(typed) })}
        />
      </Setting>
      <Setting id="webhook-concurrency" label={t("concurrency.title")} help={t("concurrency.help")}>
        <NumberInput
          aria-label={t("concurrency.title")}
          w={150}
          min={1}
          max={LIMITS.concurrency}
          clampBehavior="blur"
          allowDecimal={false}
          allowNegative={false}
          value={draft.concurrency}
          error={refused("concurrency")}
          onChange={(typed) => set({ concurrency: Number(typed) || 1 })}
        />
      </Setting>
      <Setting id="webhook-retries" label={t("retries.title")} help={t("retries.help")} wide>
        <TextInput
          aria-label={t("retries.title")}
          maw={560}
          spellCheck={false}
          value={draft.retries}
          error={wrongRetries ? t("retries.wrong") : refused("retry_seconds", true)}
          onChange={({ currentTarget }) => set({ retries: currentTarget.value })}
        />
        {!wrongRetries && <p className={classes.help}>{retries}</p>}
      </Setting>
      <Setting id="webhook-disabling" label={t("disabling.title")} help={t("disabling.help")}>
        <NumberInput
          aria-label={t("disabling.title")}
          w={150}
          suffix=" h"
          min={1}
          max={LIMITS.disableAfterHours}
          clampBehavior="blur"
          allowDecimal={false}
          allowNegative={false}
          value={draft.disable_after_hours}
          error={refused("disable_after_hours")}
          onChange={(typed) => set({ disable_after_hours: Number(typed) || 1 })}
        />
      </Setting>
      <Setting id="webhook-paused" label={t("paused.title")} help={t("paused.help")}>
        <SegmentedControl
          size="sm"
          aria-label={t("paused.title")}
          value={draft.while_paused}
          data={(["keep", "skip"] as const).map((value) => ({ value, label: t(`paused.${value}`) }))}
          onChange={(while_paused) => set({ while_paused })}
        />
      </Setting>
    </details>
  );
}
