import { Button, Group, Modal, TextInput } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem, changedFields, namedBy, useDraft } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import type { Attendant } from "@/shared/api/types";
import { useMe } from "@/shared/session/SessionProvider";
import { notifyDone } from "@/shared/ui/notify";

import { useChangeAttendant, type AttendantChanges } from "../api/attendants";
import classes from "./attendants.module.css";
import { NewPassword } from "./NewPassword";
import { RoleChoice } from "./roles";
import { VisibilityChoice, visibilityWith } from "./VisibilityChoice";

/** Fields as changes tell them, by their label. */
const LABELS = {
  name: "add.name",
  role: "role.label",
  visibility: "visibility.label",
  active: "active",
} as const satisfies Record<keyof AttendantChanges, string>;

type Typed = Pick<Attendant, "name" | "role" | "visibility">;

function sentOf({ name, role, visibility }: Typed): Typed {
  return { name: name.trim(), role, visibility: visibilityWith(role, visibility) };
}

/** Name and role of a person. The e-mail is the login and stays. */
export function EditDialog({ attendant, close }: { attendant: Attendant; close: () => void }) {
  const { t } = useTranslation("attendants");
  const { t: common } = useTranslation("app");
  const own = useMe().id === attendant.id;
  const [step, setStep] = useState<"form" | "ask" | "shown">("form");
  const change = useChangeAttendant();
  const loaded: Typed = { name: attendant.name, role: attendant.role, visibility: attendant.visibility };
  const { values, set, over, failed } = useDraft(loaded, { version: attendant.version, sent: sentOf });
  const wanted = sentOf(values);
  const lastAdmin = change.error instanceof ApiProblem && change.error.code === "last_admin";
  const changes = changedFields(loaded, wanted) as AttendantChanges;
  const save = () => {
    if (Object.keys(changes).length === 0) {
      close();
      return;
    }
    const done = () => {
      notifyDone(t("edit.saved"));
      close();
    };
    change.mutate({ id: attendant.id, over, changes }, { onSuccess: done, onError: failed });
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
          if (wanted.name !== "" && !change.isPending) save();
        }}
      >
        <TextInput
          label={t("add.name")}
          data-autofocus
          maxLength={80}
          value={values.name}
          error={wanted.name === "" ? t("add.name_empty") : null}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <RoleChoice
          role={values.role}
          onChange={(role) => set({ role })}
          own={own}
          error={lastAdmin ? t("last_admin.text") : undefined}
        />
        {!own && (
          <VisibilityChoice
            role={values.role}
            visibility={wanted.visibility}
            onChange={(visibility) => set({ visibility })}
          />
        )}
        <SaveProblem error={lastAdmin ? null : change.error} changedName={namedBy(LABELS, t)} />
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
          <Button type="submit" loading={change.isPending} disabled={wanted.name === ""}>
            {t("edit.save")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
