import { Button, Switch, TagsInput, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { SaveProblem, Setting, UnsavedChanges, namedBy, useDraft } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import type { Versioned } from "@/shared/api/versioned";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { notifyDone } from "@/shared/ui/notify";

import { useProtocol, useSaveProtocol, type ProtocolSettings } from "../api/automatic";
import { MAX_WORD, MAX_WORDS } from "../model/values";
import classes from "./automatic.module.css";

const MAX_TEXT = 1024;
/** Fields as changes tell them, by their label. */
const LABELS = {
  on_request: "protocol.on_request",
  words: "protocol.words",
  text: "protocol.text",
  on_opening: "protocol.on_opening",
  opening_text: "protocol.opening_text",
} as const satisfies Record<keyof ProtocolSettings, string>;

/** Whether the protocol number is told, by which words and in which text. */
export function ProtocolSection() {
  const { t } = useTranslation("automatic");
  const { data, error, isFetching, refetch } = useProtocol();
  return (
    <section id="automatic-protocol" className={classes.protocol} aria-labelledby="protocol-title">
      <header className={classes.head}>
        <h2 id="protocol-title">{t("protocol.title")}</h2>
      </header>
      <p className={classes.hint}>{t("protocol.help")}</p>
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <ProtocolForm loaded={data} />}
    </section>
  );
}

function ProtocolForm({ loaded }: { loaded: Versioned<ProtocolSettings> }) {
  const { t } = useTranslation("automatic");
  const { values, set, unsaved, reset, over, failed } = useDraft(loaded.value, loaded);
  const mayManage = useMay("settings:manage");
  const save = useSaveProtocol();
  const refused = save.error instanceof ApiProblem ? save.error.errors.map(({ field }) => field) : [];
  const text = (name: "text" | "opening_text") => ({
    value: values[name],
    autosize: true,
    minRows: 2,
    maxLength: MAX_TEXT,
    disabled: !mayManage,
    error: values[name].trim() === "" ? t("text_empty") : refused.includes(name) ? t("unknown_variable") : null,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => set({ [name]: value }),
  });
  const complete = values.words.length > 0 && values.text.trim() !== "" && values.opening_text.trim() !== "";
  const done = () => {
    reset();
    notifyDone(t("protocol.saved"));
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
      <Setting id="protocol-request" label={t("protocol.on_request")} help={t("protocol.on_request_help")}>
        <Switch
          aria-label={t("protocol.on_request")}
          disabled={!mayManage}
          checked={values.on_request}
          onChange={({ currentTarget: { checked } }) => set({ on_request: checked })}
        />
      </Setting>
      {values.on_request && (
        <>
          <Setting id="protocol-words" label={t("protocol.words")} wide>
            <TagsInput
              aria-label={t("protocol.words")}
              disabled={!mayManage}
              maxTags={MAX_WORDS}
              maxLength={MAX_WORD}
              value={values.words}
              error={values.words.length === 0 ? t("words_empty") : null}
              acceptValueOnBlur
              onChange={(words) => set({ words })}
            />
          </Setting>
          <Setting id="protocol-text" label={t("protocol.text")} wide>
            <Textarea aria-label={t("protocol.text")} {...text("text")} />
          </Setting>
        </>
      )}
      <Setting id="protocol-opening" label={t("protocol.on_opening")} help={t("protocol.on_opening_help")}>
        <Switch
          aria-label={t("protocol.on_opening")}
          disabled={!mayManage}
          checked={values.on_opening}
          onChange={({ currentTarget: { checked } }) => set({ on_opening: checked })}
        />
      </Setting>
      {values.on_opening && (
        <Setting id="protocol-opening-text" label={t("protocol.opening_text")} wide>
          <Textarea aria-label={t("protocol.opening_text")} {...text("opening_text")} />
        </Setting>
      )}
      <SaveProblem error={refused.length === 0 ? save.error : null} changedName={namedBy(LABELS, t)} />
      {mayManage && (
        <Button type="submit" variant="default" loading={save.isPending} disabled={!unsaved || !complete}>
          {t("protocol.save")}
        </Button>
      )}
    </form>
  );
}
