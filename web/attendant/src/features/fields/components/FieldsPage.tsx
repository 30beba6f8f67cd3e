import { Badge, Button } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useFields, useSaveField, type Field } from "../api/fields";
import { FieldDialog } from "./FieldDialog";
import classes from "./fields.module.css";

/** Which custom fields the records of customers have. */
export function FieldsPage() {
  const { t } = useTranslation("fields");
  const { data, error, isPending, isFetching, refetch } = useFields();
  const [edited, setEdited] = useState<Field | "new" | null>(null);
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEdited("new")}>
      {t("new")}
    </Button>
  );
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data?.length === 0 && <EmptyState title={t("none")} text={t("none_text")} action={add} />}
      {data !== undefined && data.length > 0 && (
        <>
          {add}
          <ul className={classes.list} aria-label={t("title")}>
            {data.map((field) => (
              <Row key={field.id} field={field} edit={() => setEdited(field)} />
            ))}
          </ul>
        </>
      )}
      {edited !== null && (
        <FieldDialog
          key={edited === "new" ? "new" : edited.id}
          field={edited === "new" ? null : (data?.find(({ id }) => id === edited.id) ?? edited)}
          next={(data?.length ?? 0) * 10}
          close={() => setEdited(null)}
        />
      )}
    </SettingsPageLayout>
  );
}

function Row({ field, edit }: { field: Field; edit: () => void }) {
  const { t } = useTranslation("fields");
  const save = useSaveField();
  const problem = useProblemText();
  const onError = (error: unknown) => {
    const { title, text, code } = problem(error);
    notifyFailed(title, text, code);
  };
  const archive = (seen: Field, archived: boolean, done?: (saved: Field) => void) =>
    save.mutate({ field: seen, edit: { archived } }, { onError, onSuccess: (saved) => done?.(saved) });
  const put = () =>
    archive(field, !field.archived, (saved) => {
      const message = t("archived_done", { label: field.label });
      if (saved.archived) undoable({ message, undo: () => archive(saved, false) });
    });
  return (
    <li className={classes.row} data-archived={field.archived || undefined}>
      <span className={classes.words}>
        <span>
          {field.label}{" "}
          {field.archived && (
            <Badge size="sm" variant="light" color="gray" tt="none">
              {t("archived")}
            </Badge>
          )}
        </span>
        <small>
          {t(`types.${field.type}`)}
          {field.required && ` · ${t("required")}`} · {t("key", { key: field.key })}
        </small>
      </span>
      <IconButton label={t("edit", { label: field.label })} onClick={edit}>
        <IconPencil size={18} stroke={1.75} aria-hidden />
      </IconButton>
      <Button size="compact-sm" variant="subtle" color="gray" loading={save.isPending} onClick={put}>
        {t(field.archived ? "restore" : "archive")}
      </Button>
    </li>
  );
}
