import { Alert, Button, Checkbox, Group, Modal, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem, namedBy, useDraft } from "@/features/settings";
import { ApiProblem, isOld } from "@/shared/api/problem";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useSaveField, type Field, type FieldEdit } from "../api/fields";
import classes from "./fields.module.css";
import { isChoice, optionsOf, TYPES } from "./options";

/** Fields as changes tell them, by their label. */
const LABELS = {
  label: "label",
  help: "help",
  required: "required",
  options: "options",
  order: "order",
  archived: "archived",
} as const satisfies Record<keyof FieldEdit, string>;

const typedOf = (field: Field | null, next: number) => ({
  label: field?.label ?? "",
  type: field?.type ?? "text",
  help: field?.help ?? "",
  required: field?.required ?? false,
  order: field?.order ?? next,
  lines: (field?.options ?? []).map((one) => one.label).join("\n"),
});

/** A custom field to make, or one to change: what records keep by (key and type) stays. */
export function FieldDialog({ field, next, close }: { field: Field | null; next: number; close: () => void }) {
  const { t } = useTranslation("fields");
  const { t: common } = useTranslation("app");
  const save = useSaveField();
  const problem = useProblemText();
  const { values, set, over, failed } = useDraft(typedOf(field, next), { version: field?.version ?? null });
  const { label, type, help, required, order, lines } = values;
  const [tries, setTries] = useState(0);
  const form = useWrongField(tries, save.error);
  const options = isChoice(type) ? optionsOf(lines, field?.options ?? []) : [];
  const labelWrong = tries > 0 && label.trim() === "" ? t("label_empty") : null;
  const optionsWrong = tries > 0 && isChoice(type) && options.length === 0 ? t("options_empty") : null;
  const code = save.error instanceof ApiProblem ? save.error.code : null;
  const refused = code === "name_taken" ? t("taken") : code === "too_many" ? t("full") : null;
  const send = () => {
    setTries(tries + 1);
    if (label.trim() === "" || (isChoice(type) && options.length === 0) || save.isPending) return;
    const shared: FieldEdit = { label: label.trim(), help: help.trim(), required, order };
    const withOptions = isChoice(type) ? { ...shared, options } : shared;
    const done = () => {
      notifyDone(t("saved"));
      close();
    };
    const made = { type, label: label.trim(), help: help.trim(), required, order, options };
    save.mutate(field ? { field: { id: field.id, version: over }, edit: withOptions } : { made }, {
      onSuccess: done,
      onError: failed,
    });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={field ? t("edit", { label: field.label }) : t("new")}
      centered
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      <form
        ref={form}
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextInput
          label={t("label")}
          data-autofocus
          maxLength={60}
          value={label}
          error={labelWrong ?? (code === "name_taken" ? refused : null)}
          onChange={(event) => set({ label: event.currentTarget.value })}
        />
        <Select
          label={t("type")}
          data={TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          value={type}
          disabled={field !== null}
          allowDeselect={false}
          onChange={(value) => set({ type: value ?? "text" })}
        />
        {isChoice(type) && (
          <Textarea
            label={t("options")}
            autosize
            minRows={3}
            maxRows={10}
            value={lines}
            error={optionsWrong}
            onChange={(event) => set({ lines: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={t("help")}
          description={t("help_about")}
          maxLength={200}
          value={help}
          onChange={(event) => set({ help: event.currentTarget.value })}
        />
        <NumberInput
          label={t("order")}
          min={0}
          max={10_000}
          value={order}
          onChange={(value) => set({ order: typeof value === "number" ? value : 0 })}
        />
        <Checkbox
          label={t("required")}
          checked={required}
          onChange={(event) => set({ required: event.currentTarget.checked })}
        />
        <SaveProblem error={isOld(save.error) ? save.error : null} changedName={namedBy(LABELS, t)} />
        {save.error && code !== "name_taken" && !isOld(save.error) && (
          <Alert color="red" variant="light" role="alert" title={refused ?? problem(save.error).title}>
            {refused === null && problem(save.error).text}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {common("actions.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
