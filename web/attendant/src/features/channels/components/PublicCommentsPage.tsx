import { Button, NumberInput, Radio, Stack, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { SaveProblem, Setting, SettingsPageLayout, UnsavedChanges, namedBy, useDraft } from "@/features/settings";
import type { Versioned } from "@/shared/api/versioned";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyDone } from "@/shared/ui/notify";

import { usePublicComments, useSavePublicComments, type CommentSettings } from "../api/publicComments";

const MODES = ["all", "questions", "words", "none"] as const;
const MOST_PER_HOUR = 500;
/** Fields as changes tell them, by their label; accounts have none, for this page does not change them. */
const LABELS = {
  mode: "comments.mode",
  words: "comments.word_list",
  max_per_hour: "comments.limit",
} as const satisfies Record<keyof Omit<CommentSettings, "accounts">, string>;

/** What a comment must be to open a conversation, and how many of a post do in an hour. */
export function PublicCommentsPage() {
  const { t } = useTranslation("channels");
  const { data, error, isFetching, refetch } = usePublicComments();
  return (
    <SettingsPageLayout title={t("comments.title")} text={t("comments.text")}>
      {data === undefined && error && <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />}
      {data === undefined && !error && <PageSkeleton />}
      {data !== undefined && <CommentsForm loaded={data} />}
    </SettingsPageLayout>
  );
}

function CommentsForm({ loaded }: { loaded: Versioned<CommentSettings> }) {
  const { t } = useTranslation("channels");
  const { values, set, unsaved, reset, over, failed } = useDraft(loaded.value, loaded);
  const mayManage = useMay("settings:manage");
  const save = useSavePublicComments();
  const withWords = values.mode === "questions" || values.mode === "words";
  const complete = values.mode !== "words" || values.words.length > 0;
  const done = () => {
    reset();
    notifyDone(t("comments.saved"));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !save.isPending)
          save.mutate({ value: values, version: over }, { onSuccess: done, onError: failed });
      }}
    >
      <UnsavedChanges unsaved={unsaved} />
      <Setting id="comments-mode" label={t("comments.mode")} wide>
        <Radio.Group
          aria-label={t("comments.mode")}
          value={values.mode}
          onChange={(mode) => set({ mode: MODES.find((one) => one === mode) ?? values.mode })}
        >
          <Stack gap="xs">
            {MODES.map((one) => (
              <Radio key={one} value={one} disabled={!mayManage} label={t(`comments.modes.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
      </Setting>
      {withWords && (
        <Setting id="comments-words" label={t("comments.word_list")} help={t("comments.words_help")} wide>
          <TagsInput
            aria-label={t("comments.word_list")}
            disabled={!mayManage}
            value={values.words}
            error={complete ? null : t("comments.words_empty")}
            acceptValueOnBlur
            onChange={(words) => set({ words })}
          />
        </Setting>
      )}
      {values.mode !== "none" && (
        <Setting id="comments-limit" label={t("comments.limit")} help={t("comments.limit_help")}>
          <NumberInput
            aria-label={t("comments.limit")}
            w={104}
            min={1}
            max={MOST_PER_HOUR}
            clampBehavior="blur"
            allowDecimal={false}
            disabled={!mayManage}
            value={values.max_per_hour}
            onChange={(value) => typeof value === "number" && set({ max_per_hour: value })}
          />
        </Setting>
      )}
      {values.accounts.length > 0 && <p>{t("comments.own_rules", { count: values.accounts.length })}</p>}
      <SaveProblem error={save.error} changedName={namedBy(LABELS, t)} />
      {mayManage && (
        <Button type="submit" loading={save.isPending} disabled={!unsaved || !complete}>
          {t("comments.save")}
        </Button>
      )}
    </form>
  );
}
