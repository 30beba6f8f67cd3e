import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { EditorFrame, Setting, useDone, useDraft } from "@/features/settings";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { usePreview, useSaveWebhook } from "../../api/endpoints";
import type { Webhook } from "../../api/types";
import { useRefusedFields, useServerWords } from "../../hooks/useRefusedFields";
import { useChangedName } from "../../hooks/useChangedName";
import {
  bodyOf,
  changesOf,
  draftOf,
  HIDDEN,
  isRight,
  LIMITS,
  mistakes,
  newEndpoint,
  previewOf,
} from "../../model/draft";
import { hostOf } from "../../model/health";
import { AdvancedSection } from "./AdvancedSection";
import { AuthSection } from "./AuthSection";
import { DeleteWebhook } from "./DeleteWebhook";
import { EndpointHealth } from "./EndpointHealth";
import { EventPicker } from "./EventPicker";
import { ExpressionField, FilterFields, MatchCount } from "./FilterFields";
import { HeaderRows } from "./HeaderRows";
import { SecretDialog } from "./SecretDialog";
import { SecretSection } from "./SecretSection";
import { ShapeSection } from "./ShapeSection";
import { TestPanel } from "./TestPanel";

const LIST = "/settings/webhooks";
const TYPED_MS = 500;

/** One endpoint: where it is, what it is sent, and how; with what it would have got beside. */
export function EndpointEditor({ webhook }: { webhook: Webhook | null }) {
  const { t } = useTranslation("webhooks");
  const draft = useDraft(webhook === null ? newEndpoint() : draftOf(webhook), {
    version: webhook?.version ?? null,
    sent: bodyOf,
    hidden: HIDDEN,
  });
  const { values, set } = draft;
  const [tries, setTries] = useState(0);
  const [done, finish] = useDone();
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null);
  const changedName = useChangedName();
  const save = useSaveWebhook();
  const form = useWrongField(tries, save.error);
  const refused = useRefusedFields(save.error);
  const wrong = mistakes(values, webhook);
  const preview = useDraftPreview(values);
  const said = (field: string) => preview.mistake(field) ?? refused(field, true);
  const keyOf = useRequestKey();
  const tried = tries > 0;
  const submit = () => {
    setTries(tries + 1);
    if (!isRight(wrong)) return;
    const body = webhook === null ? bodyOf(values) : changesOf(values, webhook);
    save.mutate(
      { seen: webhook && { id: webhook.id, version: draft.over ?? webhook.version }, body, key: keyOf(body) },
      {
        onError: draft.failed,
        onSuccess: ({ id, secret }) => {
          notifyDone(t("saved"));
          setTries(0);
          if (webhook === null) setMade({ id, secret: secret ?? "" });
          else draft.reset();
        },
      },
    );
  };
  return (
    <EditorFrame
      title={webhook === null ? t("new") : webhook.description || hostOf(webhook.url)}
      list={{ to: LIST, name: t("title") }}
      {...(made !== null && { after: `${LIST}/${made.id}` })}
      form={form}
      unsaved={draft.unsaved}
      isNew={webhook === null}
      done={done}
      saving={save.isPending}
      error={save.error}
      changedName={changedName}
      mayManage
      submit={submit}
      more={webhook !== null && <DeleteWebhook webhook={webhook} done={finish} />}
    >
      {webhook !== null && <EndpointHealth webhook={webhook} />}
      <Setting id="webhook-url" label={t("url.title")} help={t("url.help")} wide>
        <TextInput
          aria-label={t("url.title")}
          maw={640}
          type="url"
          inputMode="url"
          maxLength={LIMITS.url}
          spellCheck={false}
          placeholder="https://crm.example.com/hooks/atendimento"
          value={values.url}
          error={tried && wrong.url ? t("url.wrong") : refused("url")}
          onChange={({ currentTarget }) => set({ url: currentTarget.value })}
        />
      </Setting>
      <Setting id="webhook-description" label={t("description.title")} help={t("description.help")} wide>
        <TextInput
          aria-label={t("description.title")}
          maw={400}
          maxLength={LIMITS.description}
          placeholder="CRM"
          value={values.description}
          error={refused("description")}
          onChange={({ currentTarget }) => set({ description: currentTarget.value })}
        />
      </Setting>
      <Setting id="webhook-events" label={t("events.title")} help={t("events.help")} wide>
        <EventPicker
          patterns={values.event_types}
          error={tried && wrong.event_types ? t("events.empty") : refused("event_types", true)}
          onChange={(event_types) => set({ event_types })}
        />
      </Setting>
      <Setting id="webhook-filters" label={t("filters.title")} help={t("filters.help")} wide>
        <FilterFields filters={values.filters} onChange={(filters) => set({ filters })} />
        <ExpressionField
          value={values.expression}
          error={said("expression")}
          onChange={(expression) => set({ expression })}
        />
        <MatchCount preview={preview.data} ready={preview.ready} failed={preview.failed} />
      </Setting>
      <Setting id="webhook-shape" label={t("shape.title")} help={t("shape.help")} wide>
        <ShapeSection
          draft={values}
          set={set}
          preview={preview.data}
          stale={preview.stale}
          shown={preview.shown}
          onShow={preview.show}
          errors={{
            fields: tried && wrong.fields ? t("shape.no_fields") : said("fields"),
            template: wrong.template ? t("shape.not_json", { line: wrong.template.line }) : said("template"),
          }}
        />
      </Setting>
      <Setting id="webhook-headers" label={t("headers.title")} help={t("headers.help")} wide>
        <HeaderRows
          headers={values.headers}
          nameless={tried ? wrong.headers : new Set()}
          refused={refused}
          onChange={(headers) => set({ headers })}
        />
      </Setting>
      <Setting id="webhook-auth" label={t("auth.title")} help={t("auth.help")} wide>
        <AuthSection
          auth={values.auth}
          stored={webhook}
          missing={tried ? wrong.auth : new Set()}
          refused={refused}
          onChange={(auth) => set({ auth })}
        />
      </Setting>
      {webhook !== null && (
        <Setting id="webhook-secret" label={t("secret.title")} help={t("secret.help")} wide>
          <SecretSection webhook={webhook} />
        </Setting>
      )}
      <AdvancedSection draft={values} set={set} wrongRetries={wrong.retries} refused={refused} />
      {webhook !== null && (
        <Setting id="webhook-test" label={t("test.title")} help={t("test.help")} wide>
          <TestPanel webhook={webhook} unsaved={draft.unsaved} />
        </Setting>
      )}
      <SecretDialog secret={made?.secret ?? null} text={t("secret.made_text")} onClose={finish} />
    </EditorFrame>
  );
}

/** The same request again has the same key: an answer that got lost makes no second endpoint. */
function useRequestKey(): (body: object) => string {
  const asked = useRef({ body: "", key: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (asked.current.body !== text) asked.current = { body: text, key: crypto.randomUUID() };
    return asked.current.key;
  };
}

/** What the endpoint as it is typed would have got; asked for when the typing pauses. */
function useDraftPreview(values: ReturnType<typeof newEndpoint>) {
  const serverWords = useServerWords();
  const [shown, show] = useState<string | null>(null);
  const wanted = JSON.stringify({ ...previewOf(values), ...(shown !== null && { event_type: shown }) });
  const [settled] = useDebouncedValue(wanted, TYPED_MS);
  const broken = mistakes(values, null);
  const ready = !broken.event_types && broken.template === null;
  const { data, error, isPlaceholderData } = usePreview(
    JSON.parse(settled) as ReturnType<typeof previewOf>,
    ready && settled === wanted,
  );
  const current = ready ? data : undefined;
  return {
    data: current,
    ready,
    failed: error !== null,
    stale: isPlaceholderData || settled !== wanted,
    shown,
    show,
    mistake: (field: string) => {
      const found = current?.mistakes.find((one) => one.field === field || one.field.startsWith(`${field}[`));
      return found === undefined ? null : serverWords(found.detail);
    },
  };
}
