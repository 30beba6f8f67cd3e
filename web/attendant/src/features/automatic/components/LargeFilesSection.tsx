import { Button, Select, Switch, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { SaveProblem, Setting, UnsavedChanges, namedBy, useDraft } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import type { Versioned } from "@/shared/api/versioned";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { notifyDone } from "@/shared/ui/notify";

import { useLargeFiles, useSaveLargeFiles, type LargeFileSettings } from "../api/largeFiles";
import classes from "./automatic.module.css";

const MAX_TEXT = 1024;
const LANGUAGES = ["pt-BR", "en", "es"] as const;
/** Fields as changes tell them, by their label. */
const LABELS = {
  enabled: "files.enabled",
  language: "files.language",
  text: "files.text",
} as const satisfies Record<keyof LargeFileSettings, string>;

/** Whether customers are told that a file of theirs was too large for the channel, and how. */
export function LargeFilesSection() {
  const { t } = useTranslation("automatic");
  const { data, error, isFetching, refetch } = useLargeFiles();
  return (
    <section id="automatic-files" className={classes.protocol} aria-labelledby="files-title">
      <header className={classes.head}>
        <h2 id="files-title">{t("files.title")}</h2>
      </header>
      <p className={classes.hint}>{t("files.help")}</p>
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <LargeFilesForm loaded={data} />}
    </section>
  );
}

function LargeFilesForm({ loaded }: { loaded: Versioned<LargeFileSettings> }) {
  const { t } = useTranslation("automatic");
  const { values, set, unsaved, reset, over, failed } = useDraft(loaded.value, loaded);
  const mayManage = useMay("settings:manage");
  const save = useSaveLargeFiles();
  const refused = save.error instanceof ApiProblem && save.error.errors.some(({ field }) => field === "text");
  const done = () => {
    reset();
    notifyDone(t("files.saved"));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending) save.mutate({ value: values, version: over }, { onSuccess: done, onError: failed });
      }}
    >
      <UnsavedChanges unsaved={unsaved} />
      <Setting id="files-enabled" label={t("files.enabled")} help={t("files.enabled_help")}>
        <Switch
          aria-label={t("files.enabled")}
          disabled={!mayManage}
          checked={values.enabled}
          onChange={({ currentTarget: { checked } }) => set({ enabled: checked })}
        />
      </Setting>
      {values.enabled && (
        <>
          <Setting id="files-language" label={t("files.language")} help={t("files.language_help")}>
            <Select
              aria-label={t("files.language")}
              disabled={!mayManage}
              allowDeselect={false}
              value={values.language}
              data={LANGUAGES.map((value) => ({ value, label: t(`files.languages.${value}`) }))}
              onChange={(value) => value !== null && set({ language: value })}
            />
          </Setting>
          <Setting id="files-text" label={t("files.text")} wide>
            <Textarea
              aria-label={t("files.text")}
              placeholder={t("files.own_words")}
              autosize
              minRows={2}
              maxLength={MAX_TEXT}
              disabled={!mayManage}
              error={refused ? t("unknown_variable") : null}
              value={values.text ?? ""}
              onChange={({ currentTarget: { value } }) => set({ text: value.trim() === "" ? null : value })}
            />
          </Setting>
        </>
      )}
      <SaveProblem error={refused ? null : save.error} changedName={namedBy(LABELS, t)} />
      {mayManage && (
        <Button type="submit" variant="default" loading={save.isPending} disabled={!unsaved}>
          {t("files.save")}
        </Button>
      )}
    </form>
  );
}
