import { MultiSelect, NumberInput, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { EditorFrame, NameSetting, Setting, useDone, useDraft, useRefusals } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useSaveItem } from "../../api/items";
import type { Target } from "../../api/types";
import { useChangedName } from "../../hooks/useChangedName";
import { useNames } from "../../hooks/useNames";
import { isRight, MAX_MINUTES, MAX_NAME, newTarget, promises, TARGETS, type TargetValues } from "../../model/targets";
import { valuesOf } from "../../model/values";
import { DeleteItem } from "../DeleteItem";
import { Duration, OnOff } from "../fields";
import { Example } from "./Example";
import classes from "./targets.module.css";

/** One policy: for which conversations, within what time, and which time counts. */
export function TargetEditor({ target }: { target: Target | null }) {
  const { t } = useTranslation(["targets", "routing"]);
  const mayManage = useMay("settings:manage");
  const draft = useDraft(target === null ? newTarget() : valuesOf<"service-levels">(target), {
    version: target?.version ?? null,
  });
  const { values, set } = draft;
  const [tries, setTries] = useState(0);
  const [done, finish] = useDone();
  const save = useSaveItem("service-levels");
  const form = useWrongField(tries, save.error);
  const refused = useRefusals(save.error);
  const changedName = useChangedName("service-levels");
  const nameless = values.name.trim() === "";
  const submit = () => {
    setTries(tries + 1);
    if (!isRight(values)) return;
    const saved = () => {
      notifyDone(t("routing:form.saved"));
      finish();
    };
    save.mutate(
      { item: target && { id: target.id, version: draft.over }, values: { ...values, name: values.name.trim() } },
      { onSuccess: saved, onError: draft.failed },
    );
  };
  return (
    <EditorFrame
      title={target === null ? t("new") : target.name}
      list={{ to: "/settings/targets", name: t("title") }}
      form={form}
      unsaved={draft.unsaved}
      isNew={target === null}
      done={done}
      saving={save.isPending}
      error={save.error}
      changedName={changedName}
      mayManage={mayManage}
      submit={submit}
      more={
        target !== null && (
          <DeleteItem
            kind="service-levels"
            item={target}
            words={{ button: t("delete.button"), done: t("delete.done", { name: target.name }), failed: t("failed") }}
            done={finish}
          />
        )
      }
    >
      <NameSetting
        id="target-name"
        label={t("name")}
        placeholder={t("name_example")}
        maxLength={MAX_NAME}
        value={values.name}
        error={tries > 0 && nameless ? t("routing:form.name_empty") : refused("name")}
        onChange={(name) => set({ name })}
      />
      <Setting id="target-conditions" label={t("conditions.title")} help={t("conditions.help")} wide>
        <Conditions values={values} set={set} refused={refused} />
      </Setting>
      {TARGETS.map((one) => (
        <Setting key={one} id={`target-${one}`} label={t(`target.${one}`)} help={t(`target.${one}_help`)}>
          <Duration
            label={t(`target.${one}`)}
            none={t("target.none")}
            max={MAX_MINUTES}
            value={values[`${one}_minutes`]}
            error={refused(`${one}_minutes`)}
            onChange={(minutes) => set({ [`${one}_minutes`]: minutes })}
          />
        </Setting>
      ))}
      {tries > 0 && !promises(values) && (
        <p className={classes.wrong} role="alert">
          {t("target.nothing")}
        </p>
      )}
      <Setting id="target-time" label={t("time.title")} help={t(`time.${values.time}_help`)}>
        <SegmentedControl
          aria-label={t("time.title")}
          value={values.time}
          data={(["hours", "around_the_clock"] as const).map((value) => ({ value, label: t(`time.${value}`) }))}
          onChange={(time) => set({ time })}
        />
      </Setting>
      <Setting id="target-warn" label={t("warn.title")} help={t("warn.help")}>
        <NumberInput
          aria-label={t("warn.title")}
          w={110}
          suffix=" %"
          min={1}
          max={99}
          allowDecimal={false}
          clampBehavior="blur"
          value={values.warn_percent}
          error={refused("warn_percent")}
          onChange={(typed) => typed !== "" && set({ warn_percent: Number(typed) })}
        />
      </Setting>
      <Setting id="target-enabled" label={t("enabled.title")} help={t("enabled.help")}>
        <OnOff label={t("enabled.title")} checked={values.enabled} onChange={(enabled) => set({ enabled })} />
      </Setting>
      <Example values={values} />
    </EditorFrame>
  );
}

interface ConditionsProps {
  values: TargetValues;
  set: (change: Partial<TargetValues>) => void;
  refused: (field: string, within?: boolean) => string | null;
}

/** For which conversations: all that are given must be true, of each one is enough. */
function Conditions({ values, set, refused }: ConditionsProps) {
  const { t } = useTranslation(["targets", "routing"]);
  const names = useNames();
  const fields = [
    { name: "team_ids", label: t("conditions.teams"), data: names.teams },
    { name: "channels", label: t("conditions.channels"), data: names.channels },
    { name: "account_ids", label: t("conditions.accounts"), data: names.accounts },
    { name: "label_ids", label: t("conditions.labels"), data: names.labels },
    { name: "priorities", label: t("conditions.priorities"), data: names.priorities },
  ] as const;
  return (
    <div className={classes.conditions}>
      {fields.map(({ name, label, data }) => (
        <MultiSelect
          key={name}
          label={label}
          placeholder={values[name].length === 0 ? t("conditions.any") : ""}
          searchable
          nothingFoundMessage={t("routing:form.nothing_found")}
          value={[...values[name]]}
          data={data}
          error={refused(name, true)}
          onChange={(to) => set({ [name]: to })}
        />
      ))}
    </div>
  );
}
