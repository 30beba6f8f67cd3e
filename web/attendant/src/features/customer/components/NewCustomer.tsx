import { Alert, Button, Group, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ApiProblem } from "@/shared/api/problem";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useCreateContact } from "../api/record";
import classes from "./record.module.css";

const FIELDS = ["name", "phone", "email", "document"] as const;
const TYPES = { name: "text", phone: "tel", email: "email", document: "text" } as const;

/** Writes down a customer who has not written yet. */
export function NewCustomer({ close }: { close: () => void }) {
  const { t } = useTranslation("customer");
  const { t: common } = useTranslation("app");
  const navigate = useNavigate();
  const create = useCreateContact();
  const problem = useProblemText();
  const [typed, setTyped] = useState<Partial<Record<(typeof FIELDS)[number], string>>>({});
  const [tries, setTries] = useState(0);
  const form = useWrongField(tries, create.error);
  const wrong = new Set(create.error instanceof ApiProblem ? create.error.errors.map(({ field }) => field) : []);
  const given = FIELDS.filter((name) => typed[name]?.trim());
  const isEmpty = given.length === 0;
  const dirty = given.length > 0;
  const other = create.error && !FIELDS.some((name) => wrong.has(name)) ? problem(create.error) : null;
  const send = () => {
    setTries(tries + 1);
    if (isEmpty || create.isPending) return;
    const body = Object.fromEntries(given.map((name) => [name, typed[name]?.trim()]));
    create.mutate(body, {
      onSuccess: ({ id }) => {
        close();
        void navigate(`/contacts/${id}`);
      },
    });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t("page.new")}
      centered
      closeOnClickOutside={!dirty}
      closeOnEscape={!dirty}
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      <form
        ref={form}
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {FIELDS.map((name) => (
          <TextInput
            key={name}
            label={t(`record.${name}`)}
            type={TYPES[name]}
            maxLength={254}
            data-autofocus={name === "name" || undefined}
            value={typed[name] ?? ""}
            error={
              wrong.has(name)
                ? t(`record.wrong.${name}`)
                : name === "name" && isEmpty && tries > 0
                  ? t("page.create_empty")
                  : null
            }
            onChange={(event) => {
              if (create.error) create.reset();
              setTyped({ ...typed, [name]: event.currentTarget.value });
            }}
          />
        ))}
        {other && (
          <Alert color="red" variant="light" role="alert" title={other.title}>
            {other.text}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {common("actions.cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("page.create")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
