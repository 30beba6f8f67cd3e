import { Alert, Button, Group, Modal, TextInput } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import type { Attendant } from "@/shared/api/types";
import { useMe } from "@/shared/session/SessionProvider";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useChangeAttendant, type AttendantChanges, type Role, type Visibility } from "../api/attendants";
import classes from "./attendants.module.css";
import { NewPassword } from "./NewPassword";
import { RoleChoice } from "./roles";
import { VisibilityChoice, visibilityWith } from "./VisibilityChoice";

/** Name and role of a person. The e-mail is the login and stays. */
export function EditDialog({ attendant, close }: { attendant: Attendant; close: () => void }) {
  const { t } = useTranslation("attendants");
  const { t: common } = useTranslation("app");
  const own = useMe().id === attendant.id;
  const [step, setStep] = useState<"form" | "ask" | "shown">("form");
  const problemText = useProblemText();
  const change = useChangeAttendant();
  const [name, setName] = useState(attendant.name);
  const [role, setRole] = useState<string>(attendant.role);
  const [chosen, setVisibility] = useState<Visibility>(attendant.visibility);
  const visibility = visibilityWith(role, chosen);
  const wanted = name.trim();
  const lastAdmin = change.error instanceof ApiProblem && change.error.code === "last_admin";
  const problem = change.error && !lastAdmin ? problemText(change.error) : null;
  const changes: AttendantChanges = {
    ...(wanted !== attendant.name && { name: wanted }),
    ...(role !== attendant.role && { role: role as Role }),
    ...(visibility !== attendant.visibility && { visibility }),
  };
  const save = () => {
    if (Object.keys(changes).length === 0) {
      close();
      return;
    }
    const done = () => {
      notifyDone(t("edit.saved"));
      close();
    };
    change.mutate({ id: attendant.id, changes }, { onSuccess: done });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t(step === "form" ? "edit.title" : "password.title")}
      centered
      closeOnClickOutside={false}
      closeOnEscape={step !== "shown" && Object.keys(changes).length === 0}
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      {step !== "form" && (
        <NewPassword
          attendant={attendant}
          back={() => setStep("form")}
          close={close}
          onShown={() => setStep("shown")}
        />
      )}
      <form
        className={classes.form}
        hidden={step !== "form"}
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== "" && !change.isPending) save();
        }}
      >
        <TextInput
          label={t("add.name")}
          data-autofocus
          maxLength={80}
          value={name}
          error={wanted === "" ? t("add.name_empty") : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice role={role} onChange={setRole} own={own} error={lastAdmin ? t("last_admin.text") : undefined} />
        {!own && <VisibilityChoice role={role} visibility={visibility} onChange={setVisibility} />}
        {problem !== null && (
          <Alert color="red" variant="light" role="alert" title={problem.title}>
            {problem.text}
          </Alert>
        )}
        {!own && (
          <div>
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconKey size={16} stroke={1.75} aria-hidden />}
              onClick={() => setStep("ask")}
            >
              {t("password.open")}
            </Button>
          </div>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {common("actions.cancel")}
          </Button>
          <Button type="submit" loading={change.isPending} disabled={wanted === ""}>
            {t("edit.save")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
