import { MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { EditorFrame, NameSetting, Setting, useDone, useDraft, useRefusals } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useSaveItem } from "../../api/items";
import type { Rule, Warning } from "../../api/types";
import { useChangedName } from "../../hooks/useChangedName";
import { useNames } from "../../hooks/useNames";
import { useRuleWords } from "../../hooks/useRuleWords";
import { isRight, MAX_LABELS, MAX_NAME, mistakes, newRule, withDraft } from "../../model/rules";
import { valuesOf } from "../../model/values";
import { DeleteItem } from "../DeleteItem";
import { OnOff } from "../fields";
import { Conditions } from "./Conditions";
import { DryRunPanel } from "./DryRunPanel";
import classes from "./rules.module.css";

interface Props {
  rule: Rule | null;
  /** All of them: the dry run is of the whole list. */
  rules: readonly Rule[];
  /** Told what saving has warned of. */
  warn: (warnings: readonly Warning[]) => void;
}

/** One rule: what must be true, what is done then, and what it would have done. */
export function RuleEditor({ rule, rules, warn }: Props) {
  const { t } = useTranslation(["rules", "routing"]);
  const mayManage = useMay("settings:manage");
  const draft = useDraft(rule === null ? newRule() : valuesOf<"assignment-rules">(rule), {
    version: rule?.version ?? null,
  });
  const { values, set } = draft;
  const [tries, setTries] = useState(0);
  const [done, finish] = useDone();
  const save = useSaveItem("assignment-rules");
  const form = useWrongField(tries, save.error);
  const refused = useRefusals(save.error);
  const changedName = useChangedName("assignment-rules");
  const names = useNames();
  const words = useRuleWords()(values);
  const wrong = mistakes(values);
  const shown = tries > 0;
  const submit = () => {
    setTries(tries + 1);
    if (!isRight(wrong)) return;
    save.mutate(
      { item: rule && { id: rule.id, version: draft.over }, values: { ...values, name: values.name.trim() } },
      {
        onError: draft.failed,
        onSuccess: (saved) => {
          warn((saved as Rule & { warnings?: Warning[] }).warnings ?? []);
          notifyDone(t("routing:form.saved"));
          finish();
        },
      },
    );
  };
  return (
    <EditorFrame
      title={rule === null ? t("new") : rule.name}
      list={{ to: "/settings/rules", name: t("title") }}
      form={form}
      unsaved={draft.unsaved}
      isNew={rule === null}
      done={done}
      saving={save.isPending}
      error={save.error}
      changedName={changedName}
      mayManage={mayManage}
      submit={submit}
      more={
        rule !== null && (
          <DeleteItem
            kind="assignment-rules"
            item={rule}
            words={{ button: t("delete.button"), done: t("delete.done", { name: rule.name }), failed: t("failed") }}
            done={finish}
          />
        )
      }
    >
      <p className={classes.sentence} role="status">
        {words.when} <b className={classes.arrow}>→</b> {words.then}
      </p>
      <NameSetting
        id="rule-name"
        label={t("name")}
        placeholder={t("name_example")}
        maxLength={MAX_NAME}
        value={values.name}
        error={shown && wrong.name ? t("routing:form.name_empty") : refused("name")}
        onChange={(name) => set({ name })}
      />
      <Setting id="rule-conditions" label={t("conditions.title")} help={t("conditions.help")} wide>
        {values.conditions.length > 1 && (
          <SegmentedControl
            mb="sm"
            size="sm"
            aria-label={t("match.label")}
            value={values.match}
            data={(["all", "any"] as const).map((value) => ({ value, label: t(`match.${value}`) }))}
            onChange={(match) => set({ match })}
          />
        )}
        <Conditions
          conditions={values.conditions}
          wrong={shown ? wrong.conditions : new Set()}
          names={names}
          refused={refused}
          onChange={(conditions) => set({ conditions })}
        />
      </Setting>
      <Setting id="rule-actions" label={t("actions.title")} help={t("actions.help")} wide>
        <div className={classes.actions}>
          <Select
            label={t("actions.team")}
            placeholder={t("actions.stays")}
            clearable
            searchable
            value={values.team_id}
            data={names.teams}
            error={refused("team_id")}
            onChange={(team_id) => set({ team_id })}
          />
          <Select
            label={t("actions.attendant")}
            description={t("actions.attendant_help")}
            placeholder={t("actions.stays")}
            clearable
            searchable
            value={values.attendant_id}
            data={names.attendants}
            error={refused("attendant_id")}
            onChange={(attendant_id) => set({ attendant_id })}
          />
          <Select
            label={t("actions.priority")}
            placeholder={t("actions.stays")}
            clearable
            value={values.priority}
            data={names.priorities}
            error={refused("priority")}
            onChange={(priority) => set({ priority: priority as Rule["priority"] })}
          />
          <Select
            label={t("actions.type")}
            placeholder={t("actions.stays")}
            clearable
            searchable
            value={values.type_id}
            data={names.types}
            error={refused("type_id")}
            onChange={(type_id) => set({ type_id })}
          />
          <MultiSelect
            label={t("actions.labels")}
            placeholder={values.label_ids.length === 0 ? t("actions.no_labels") : ""}
            searchable
            maxValues={MAX_LABELS}
            value={values.label_ids}
            data={names.labels}
            error={refused("label_ids", true)}
            onChange={(label_ids) => set({ label_ids })}
          />
        </div>
        {shown && wrong.nothing && (
          <p className={classes.wrong} role="alert">
            {t("actions.nothing")}
          </p>
        )}
      </Setting>
      <Setting id="rule-goes-on" label={t("goes_on.title")} help={t("goes_on.help")}>
        <OnOff label={t("goes_on.title")} checked={values.goes_on} onChange={(goes_on) => set({ goes_on })} />
      </Setting>
      <Setting id="rule-enabled" label={t("enabled.title")} help={t("enabled.help")}>
        <OnOff label={t("enabled.title")} checked={values.enabled} onChange={(enabled) => set({ enabled })} />
      </Setting>
      <Setting id="rule-dry-run" label={t("dry.title")} help={t("dry.help")} wide>
        <DryRunPanel
          drafts={withDraft(rules, rule?.id ?? null, { ...values, name: values.name.trim() || t("new") })}
          focus={rule?.id ?? null}
          ready={wrong.conditions.size === 0 && !wrong.nothing}
        />
      </Setting>
    </EditorFrame>
  );
}
