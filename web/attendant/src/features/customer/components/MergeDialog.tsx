import { Alert, Button, Group, Modal, Radio } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { Contact } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";
import { undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useMerge } from "../api/merging";
import { useContactFields, type ContactEdit, type ContactField } from "../api/record";
import { customShown, OWN, ownShown, useReading, type Reading } from "./facts";
import classes from "./record.module.css";
import { useTakeBack } from "./useTakeBack";

const CODES = ["already_merged", "merge_with_itself", "too_large_to_merge"] as const;

interface Line {
  key: string;
  label: string;
  kept: string;
  lost: string;
  /** The edit that gives the one that goes on the other one's value. */
  theirs: ContactEdit;
}

/** Two records side by side: which value stands in each field, what joining does, and that it can be undone. */
export function MergeDialog({ kept, lost, close }: { kept: Contact; lost: Contact; close: () => void }) {
  const { t } = useTranslation("customer");
  const { t: common } = useTranslation("app");
  const merge = useMerge();
  const takeBack = useTakeBack();
  const problem = useProblemText();
  const fields = useContactFields().data ?? [];
  const lines = linesOf(kept, lost, fields, useReading());
  const [chosen, setChosen] = useState<Record<string, "kept" | "lost">>({});
  const names = { kept: nameOf(kept, t("no_name")), lost: nameOf(lost, t("no_name")) };
  const send = () => {
    const picked = lines.filter(({ key }) => chosen[key] === "lost").map(({ theirs }) => theirs);
    const custom = Object.assign({}, ...picked.map((edit) => edit.fields ?? {})) as Record<string, unknown>;
    const edit: ContactEdit = Object.assign({}, ...picked, { fields: custom }) as ContactEdit;
    const done = (merged: { merge: { id: string } }) => {
      close();
      undoable({
        message: t("merge.done", { name: names.lost }),
        undo: () => takeBack.run(merged.merge.id),
        seconds: 20,
      });
    };
    merge.mutate({ keptId: kept.id, lostId: lost.id, fields: edit }, { onSuccess: done });
  };
  const known =
    merge.error instanceof ApiProblem ? CODES.find((code) => code === (merge.error as ApiProblem).code) : undefined;
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t("merge.title")}
      centered
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      <table className={classes.sides}>
        <thead>
          <tr>
            <th scope="col">{t("merge.field")}</th>
            <th scope="col">{names.kept}</th>
            <th scope="col">{names.lost}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, label, ...values }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              {(["kept", "lost"] as const).map((side) => (
                <td key={side}>
                  {values.kept && values.lost && values.kept !== values.lost ? (
                    <Radio
                      size="xs"
                      name={`merge-${key}`}
                      label={values[side]}
                      checked={(chosen[key] ?? "kept") === side}
                      onChange={() => setChosen({ ...chosen, [key]: side })}
                    />
                  ) : (
                    values[side] || "—"
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ul className={classes.explained}>
        <li>{t("merge.means.history")}</li>
        <li>{t("merge.means.threads")}</li>
        <li>{t("merge.means.undo")}</li>
        {kept.blocked !== lost.blocked && <li>{t("merge.means.blocked")}</li>}
      </ul>
      {merge.error && (
        <Alert
          color="red"
          variant="light"
          role="alert"
          title={known ? t(`merge.refused.${known}`) : problem(merge.error).title}
        >
          {known ? null : problem(merge.error).text}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={close}>
          {common("actions.cancel")}
        </Button>
        <Button loading={merge.isPending} onClick={send} data-autofocus>
          {t("merge.send")}
        </Button>
      </Group>
    </Modal>
  );
}

function nameOf(contact: Contact, none: string): string {
  return neutralName(contact.name ?? "") || none;
}

/** The fields in which either has a value. */
function linesOf(kept: Contact, lost: Contact, fields: ContactField[], reading: Reading): Line[] {
  const own = OWN.map((name) => ({
    key: name,
    label: reading.t(`record.${name}`),
    kept: ownShown(kept, name, reading),
    lost: ownShown(lost, name, reading),
    theirs: { [name]: lost[name] ?? null },
  }));
  const custom = fields.map((field) => ({
    key: `fields.${field.key}`,
    label: field.label,
    kept: customShown(kept, field, reading),
    lost: customShown(lost, field, reading),
    theirs: { fields: { [field.key]: lost.fields?.[field.key] ?? null } },
  }));
  return [...own, ...custom].filter((line) => line.kept !== "" || line.lost !== "");
}
