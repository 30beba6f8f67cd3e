import { MultiSelect, Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { useMay } from "@/shared/session/SessionProvider";
import { undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useContactFields, useSaveContact, type ContactField } from "../api/record";
import { EditableFact } from "./EditableFact";
import { customFact, customShown, OWN, ownFact, useReading } from "./facts";
import classes from "./record.module.css";
import { Section } from "./Section";

/** What is written down of a customer, each fact edited in place. */
export function CustomerRecord({ contact }: { contact: Contact }) {
  const reading = useReading();
  const { t } = reading;
  const fields = useContactFields().data ?? [];
  const may = useMay("contacts:write");
  const shown = fields.filter((field) => !field.archived || contact.fields?.[field.key] !== undefined);
  const facts = OWN.map((name) => ownFact(contact, name, reading));
  return (
    <Section title={t("record.title")}>
      <dl className={classes.facts}>
        {facts.map((fact) =>
          may ? (
            <EditableFact key={fact.name} contact={contact} fact={fact} />
          ) : (
            <Plain key={fact.name} label={fact.label} value={fact.shown} />
          ),
        )}
        {shown.map((field) => {
          if (!may || field.archived) {
            return <Plain key={field.id} label={field.label} value={customShown(contact, field, reading)} />;
          }
          if (["yes_no", "choice", "choices"].includes(field.type)) {
            return <Chosen key={field.id} contact={contact} field={field} />;
          }
          return <EditableFact key={field.id} contact={contact} fact={customFact(contact, field, reading)} />;
        })}
      </dl>
    </Section>
  );
}

function Plain({ label, value }: { label: string; value: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{label}</dt>
      <dd className={classes.plain}>{value || "—"}</dd>
    </div>
  );
}

/** A custom field with options: saved as it is chosen. */
function Chosen({ contact, field }: { contact: Contact; field: ContactField }) {
  const { t } = useTranslation("customer");
  const save = useSaveContact(contact);
  const problem = useProblemText();
  const value = contact.fields?.[field.key];
  const send = (chosen: unknown) => {
    const before = value ?? null;
    const done = (saved: Contact) => {
      const back = () => save.mutate({ changes: { fields: { [field.key]: before } }, seen: saved });
      undoable({ message: t("record.saved", { label: field.label }), undo: back });
    };
    save.mutate({ changes: { fields: { [field.key]: chosen } } }, { onSuccess: done });
  };
  const data =
    field.type === "yes_no"
      ? [
          { value: "true", label: t("record.yes") },
          { value: "false", label: t("record.no") },
        ]
      : (field.options ?? []);
  const shared = {
    "aria-label": field.label,
    size: "xs" as const,
    data,
    disabled: save.isPending,
    error: save.error ? problem(save.error).text : null,
    clearable: !field.required,
    comboboxProps: { position: "bottom-start" as const },
    ...(field.help && { description: field.help }),
  };
  return (
    <div className={classes.fact} data-chosen>
      <dt>{field.label}</dt>
      <dd>
        {field.type === "choices" ? (
          <MultiSelect
            {...shared}
            value={Array.isArray(value) ? value : []}
            {...(!Array.isArray(value) && { placeholder: t("record.choose") })}
            onChange={send}
          />
        ) : (
          <Select
            {...shared}
            value={value === undefined ? null : String(value)}
            placeholder={t("record.choose")}
            onChange={(chosen) => send(field.type === "yes_no" && chosen !== null ? chosen === "true" : chosen)}
          />
        )}
      </dd>
    </div>
  );
}
