import { Badge, Button } from "@mantine/core";
import { IconPencil, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import type { Attendant } from "@/shared/api/types";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { Avatar } from "@/shared/ui/Avatar";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { PersonName } from "@/shared/ui/SafeText";

import { useAttendants, useChangeAttendant } from "../api/attendants";
import { AddDialog } from "./AddDialog";
import classes from "./attendants.module.css";
import { EditDialog } from "./EditDialog";
import { useRoleName } from "./roles";

/** Who answers customers, and what each may do. */
export function AttendantsPage() {
  const { t } = useTranslation("attendants");
  const mayManage = useMay("attendants:manage");
  const { data, error, isPending, isFetching, refetch } = useAttendants();
  const [adding, setAdding] = useState(false);
  const [opened, setEdited] = useState<Attendant | null>(null);
  // As it is now: somebody else may change it while it is edited.
  const edited = opened && (data?.find(({ id }) => id === opened.id) ?? opened);
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {mayManage && data !== undefined && (
        <Button
          leftSection={<IconUserPlus size={18} stroke={1.75} aria-hidden />}
          onClick={() => setAdding(true)}
          data-guide="attendant"
        >
          {t("add.open")}
        </Button>
      )}
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && (
        <ul className={classes.list} aria-label={t("title")}>
          {data.map((attendant) => (
            <Row key={attendant.id} attendant={attendant} mayManage={mayManage} edit={() => setEdited(attendant)} />
          ))}
        </ul>
      )}
      {data?.length === 1 && mayManage && <p className={classes.hint}>{t("alone")}</p>}
      {adding && <AddDialog close={() => setAdding(false)} />}
      {edited !== null && <EditDialog attendant={edited} close={() => setEdited(null)} key={edited.id} />}
    </SettingsPageLayout>
  );
}

function Row({ attendant, mayManage, edit }: { attendant: Attendant; mayManage: boolean; edit: () => void }) {
  const { t } = useTranslation("attendants");
  const me = useMe();
  const roleName = useRoleName();
  const { id, name, email, role, active } = attendant;
  return (
    <li className={classes.row} data-inactive={!active || undefined}>
      <Avatar id={id} name={name} size={36} />
      <div className={classes.words}>
        <span className={classes.name}>
          <PersonName name={name} />
          {id === me.id && (
            <Badge size="sm" variant="light" tt="none">
              {t("you")}
            </Badge>
          )}
          {!active && (
            <Badge size="sm" variant="light" color="gray" tt="none">
              {t("inactive")}
            </Badge>
          )}
        </span>
        <small>{email}</small>
      </div>
      <span className={classes.role}>{roleName(role)}</span>
      {mayManage && (
        <>
          <IconButton label={t("edit.open", { name })} onClick={edit}>
            <IconPencil size={18} stroke={1.75} aria-hidden />
          </IconButton>
          {id !== me.id && <ActiveButton attendant={attendant} />}
        </>
      )}
    </li>
  );
}

/** Takes the access away at once, whatever others have changed meanwhile, and offers to give it back. */
function ActiveButton({ attendant: { id, name, active } }: { attendant: Attendant }) {
  const { t } = useTranslation("attendants");
  const change = useChangeAttendant();
  const problemText = useProblemText();
  const failed = (error: unknown) => {
    const problem = problemText(error);
    const last = error instanceof ApiProblem && error.code === "last_admin";
    notifyFailed(
      last ? t("last_admin.title") : problem.title,
      last ? t("last_admin.text") : problem.text,
      problem.code,
    );
  };
  const set = (to: boolean, done?: () => void) =>
    change.mutate({ id, over: null, changes: { active: to } }, { onError: failed, onSuccess: () => done?.() });
  const deactivate = () => set(false, () => undoable({ message: t("deactivated", { name }), undo: () => set(true) }));
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      loading={change.isPending}
      aria-label={t(active ? "deactivate_named" : "reactivate_named", { name })}
      onClick={active ? deactivate : () => set(true)}
    >
      {t(active ? "deactivate" : "reactivate")}
    </Button>
  );
}
