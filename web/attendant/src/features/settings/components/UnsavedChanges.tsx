import { useTranslation } from "react-i18next";

import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";

import { useLeaveWarning } from "../hooks/useLeaveWarning";

/** Put it into a form: while `unsaved`, leaving the page asks first. */
export function UnsavedChanges({ unsaved }: { unsaved: boolean }) {
  const { t } = useTranslation("settings");
  const blocker = useLeaveWarning(unsaved);
  return (
    <ConfirmDialog
      opened={blocker.state === "blocked"}
      title={t("leave.title")}
      confirm={t("leave.confirm")}
      stay={t("leave.stay")}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      {t("leave.text")}
    </ConfirmDialog>
  );
}
