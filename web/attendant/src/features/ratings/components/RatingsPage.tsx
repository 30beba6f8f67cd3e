import { Button, NumberInput, Select, Switch, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem, Setting, SettingsPageLayout, UnsavedChanges, namedBy, useDraft } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import type { Versioned } from "@/shared/api/versioned";
import { LANGUAGES } from "@/shared/i18n";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useRatingPreview, useRatingSettings, useSaveRatings, type RatingSettings } from "../api/ratings";
import { Preview } from "./Preview";
import classes from "./ratings.module.css";

const MAX_TEXT = 1024;
const EXPIRES = { min: 1, max: 168 };
const CORRECT = { min: 0, max: 1440 };
const SAMPLE = "{{contact.first_name}}";
/** Fields as changes tell them, by their label. */
const LABELS = {
  enabled: "enabled",
  after: "after",
  language: "language",
  question: "question",
  thanks: "thanks",
  ask_comment: "ask_comment",
  comment_question: "comment_question",
  expires_after_hours: "expires",
  correct_minutes: "correct",
} as const satisfies Record<keyof RatingSettings, string>;

/** Whether and how customers are asked, with what they see beside it. */
export function RatingsPage() {
  const { t } = useTranslation("ratings");
  const { data, error, isPending, isFetching, refetch } = useRatingSettings();
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <RatingForm loaded={data} />}
    </SettingsPageLayout>
  );
}

/** What is typed stays when somebody else saves; it is compared with what was loaded last. */
function RatingForm({ loaded }: { loaded: Versioned<RatingSettings> }) {
  const { t } = useTranslation("ratings");
  const { values, set, unsaved, reset, over, failed } = useDraft(loaded.value, loaded);
  const [tries, setTries] = useState(0);
  const mayManage = useMay("settings:manage");
  const save = useSaveRatings();
  const [shown] = useDebouncedValue(values, 300);
  const preview = useRatingPreview(shown);
  const form = useWrongField(tries, save.error);
  const refused = save.error instanceof ApiProblem ? save.error.errors.map(({ field }) => field) : [];
  const wrong = (name: "expires_after_hours" | "correct_minutes", { min, max }: { min: number; max: number }) => {
    const value: unknown = values[name];
    const fits = typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
    return fits ? null : t("out_of_range", { min, max });
  };
  const expiresError = wrong("expires_after_hours", EXPIRES);
  const correctError = wrong("correct_minutes", CORRECT);
  const textError = (name: "question" | "thanks" | "comment_question") => {
    if ((values[name]?.length ?? 0) > MAX_TEXT) return t("too_long", { count: MAX_TEXT });
    return refused.includes(name) ? t("unknown_variable") : null;
  };
  const textOf = (name: "question" | "thanks" | "comment_question") => ({
    value: values[name] ?? "",
    placeholder: preview.data?.defaults[name] ?? "",
    error: textError(name),
    disabled: !mayManage,
    autosize: true,
    minRows: 2,
    maxRows: 6,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      set({ [name]: value.trim() === "" ? null : value }),
  });
  const submit = () => {
    setTries(tries + 1);
    if (expiresError !== null || correctError !== null) return;
    const done = () => {
      reset();
      notifyDone(t("saved"));
    };
    save.mutate({ value: values, version: over }, { onSuccess: done, onError: failed });
  };
  return (
    <div className={classes.page}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) submit();
        }}
      >
        <UnsavedChanges unsaved={unsaved} />
        <Setting id="ratings-enabled" label={t("enabled")} help={t("enabled_help")}>
          <Switch
            aria-label={t("enabled")}
            disabled={!mayManage}
            checked={values.enabled}
            onChange={({ currentTarget: { checked } }) => set({ enabled: checked })}
          />
        </Setting>
        <Setting id="ratings-after" label={t("after")} help={t("after_help")}>
          <Select
            aria-label={t("after")}
            disabled={!mayManage}
            allowDeselect={false}
            value={values.after}
            data={(["person", "automatic", "anyone"] as const).map((value) => ({
              value,
              label: t(`closed_by.${value}`),
            }))}
            onChange={(value) => value !== null && set({ after: value })}
          />
        </Setting>
        <Setting id="ratings-language" label={t("language")} help={t("language_help")}>
          <Select
            aria-label={t("language")}
            disabled={!mayManage}
            allowDeselect={false}
            value={values.language}
            data={LANGUAGES.map((value) => ({ value, label: t(`languages.${value}`) }))}
            onChange={(value) => value !== null && set({ language: value })}
          />
        </Setting>
        <Setting id="ratings-question" label={t("question")} help={t("question_help", { variable: SAMPLE })} wide>
          <Textarea aria-label={t("question")} {...textOf("question")} />
        </Setting>
        <Setting id="ratings-thanks" label={t("thanks")} help={t("thanks_help")} wide>
          <Textarea aria-label={t("thanks")} {...textOf("thanks")} />
        </Setting>
        <Setting id="ratings-comment" label={t("ask_comment")} help={t("ask_comment_help")}>
          <Switch
            aria-label={t("ask_comment")}
            disabled={!mayManage}
            checked={values.ask_comment}
            onChange={({ currentTarget: { checked } }) => set({ ask_comment: checked })}
          />
        </Setting>
        {values.ask_comment && (
          <Setting id="ratings-comment-question" label={t("comment_question")} wide>
            <Textarea aria-label={t("comment_question")} {...textOf("comment_question")} />
          </Setting>
        )}
        <Setting id="ratings-expires" label={t("expires")} help={t("expires_help")}>
          <NumberInput
            aria-label={t("expires")}
            className={classes.number}
            suffix={` ${t("hours")}`}
            disabled={!mayManage}
            allowDecimal={false}
            {...EXPIRES}
            value={values.expires_after_hours}
            error={expiresError}
            onChange={(value) => set({ expires_after_hours: value as number })}
          />
        </Setting>
        <Setting id="ratings-correct" label={t("correct")} help={t("correct_help")}>
          <NumberInput
            aria-label={t("correct")}
            className={classes.number}
            suffix={` ${t("minutes")}`}
            disabled={!mayManage}
            allowDecimal={false}
            {...CORRECT}
            value={values.correct_minutes}
            error={correctError}
            onChange={(value) => set({ correct_minutes: value as number })}
          />
        </Setting>
        <SaveProblem error={refused.length === 0 ? save.error : null} changedName={namedBy(LABELS, t)} />
        {mayManage && (
          <Button type="submit" mt="md" loading={save.isPending} disabled={!unsaved}>
            {t("save")}
          </Button>
        )}
      </form>
      <Preview preview={preview.data} enabled={values.enabled} />
    </div>
  );
}
