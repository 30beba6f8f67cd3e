import { Alert, Button, Group, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useAddAttendant, type Role, type Visibility } from "../api/attendants";
import { generatePassword } from "../password";
import classes from "./attendants.module.css";
import { Credentials } from "./Credentials";
import { RoleChoice } from "./roles";
import { VisibilityChoice, visibilityWith } from "./VisibilityChoice";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Adds a person with a generated password, which is shown this once. */
export function AddDialog({ close }: { close: () => void }) {
  const { t } = useTranslation("attendants");
  const { t: common } = useTranslation("app");
  const [password] = useState(generatePassword);
  const add = useAddAttendant();
  const [typed, setTyped] = useState(false);
  return (
    <Modal
      opened
      onClose={close}
      title={t(add.isSuccess ? "added.title" : "add.title")}
      centered
      closeOnClickOutside={false}
      // What was typed, and the password that is shown this once, go by a button alone.
      closeOnEscape={!typed && !add.isSuccess}
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      {add.data ? (
        <Credentials email={add.data.email} password={password} close={close} />
      ) : (
        <AddForm add={add} password={password} close={close} onTyped={setTyped} />
      )}
    </Modal>
  );
}

interface FormProps {
  add: ReturnType<typeof useAddAttendant>;
  password: string;
  close: () => void;
  onTyped: (typed: boolean) => void;
}

function AddForm({ add, password, close, onTyped }: FormProps) {
  const { t } = useTranslation("attendants");
  const { t: common } = useTranslation("app");
  const problemText = useProblemText();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("attendant");
  const [visibility, setVisibility] = useState<Visibility>("all");
  const [tries, setTries] = useState(0);
  const tried = tries > 0;
  const form = useWrongField(tries, add.error);
  const nameWrong = name.trim() === "" ? t("add.name_empty") : undefined;
  const emailWrong = EMAIL.test(email.trim()) ? undefined : t("add.email_wrong");
  const refused = refusal(add.error);
  const general = add.error && refused === null ? problemText(add.error) : null;
  return (
    <form
      ref={form}
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTries(tries + 1);
        if (nameWrong ?? emailWrong) return;
        const person = { name: name.trim(), email: email.trim(), role, visibility: visibilityWith(role, visibility) };
        if (!add.isPending) add.mutate({ ...person, password });
      }}
    >
      <TextInput
        label={t("add.name")}
        required
        data-autofocus
        maxLength={80}
        autoComplete="off"
        value={name}
        error={(tried && nameWrong) || (refused === "name" && t("add.name_wrong"))}
        onChange={(event) => {
          setName(event.currentTarget.value);
          onTyped(event.currentTarget.value !== "" || email !== "");
        }}
      />
      <TextInput
        label={t("add.email")}
        description={t("add.email_help")}
        type="email"
        required
        autoComplete="off"
        value={email}
        error={
          (tried && emailWrong) ||
          (refused === "taken" && t("add.email_taken")) ||
          (refused === "email" && t("add.email_wrong"))
        }
        onChange={(event) => {
          setEmail(event.currentTarget.value);
          onTyped(event.currentTarget.value !== "" || name !== "");
          if (refused === "taken") add.reset();
        }}
      />
      <RoleChoice role={role} onChange={setRole} />
      <VisibilityChoice role={role} visibility={visibility} onChange={setVisibility} />
      {(general ?? refused === "many") && (
        <Alert color="red" variant="light" role="alert" title={general?.title ?? t("add.limit")}>
          {general?.text}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {common("actions.cancel")}
        </Button>
        <Button type="submit" loading={add.isPending}>
          {t("add.submit")}
        </Button>
      </Group>
    </form>
  );
}

/** What the server did not accept, where there is a field or a word for it. */
function refusal(error: unknown): "taken" | "many" | "name" | "email" | null {
  if (!(error instanceof ApiProblem)) return null;
  if (error.code === "email_taken") return "taken";
  if (error.code === "too_many") return "many";
  const field = error.errors[0]?.field.split(".").at(-1);
  return field === "name" || field === "email" ? field : null;
}
