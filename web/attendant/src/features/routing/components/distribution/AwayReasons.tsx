import { Button, Modal, Switch, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { SaveProblem, useDraft, useRefusals } from "@/features/settings";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { ListSkeleton } from "@/shared/ui/Skeletons";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useDeleteItem, useItems, useOrderItems, useRestore, useSaveItem } from "../../api/items";
import type { AwayReason } from "../../api/types";
import { useChangedName } from "../../hooks/useChangedName";
import { MAX_REASONS, newReason, withName } from "../../model/presence";
import { valuesOf } from "../../model/values";
import routing from "../routing.module.css";
import { SortableList } from "../SortableList";
import classes from "./distribution.module.css";

const KIND = "away-reasons";
const NEW = "new";
/** By which the search over all settings finds it. */
const ID = "away-reasons";
const MAX_NAME = 60;

/** What attendants choose from when they go away. */
export function AwayReasons() {
  const { t } = useTranslation("distribution");
  const mayManage = useMay("settings:manage");
  const { data, error, isPending, refetch } = useItems(KIND);
  const [edited, setEdited] = useState<string | null>(null);
  const order = useOrderItems(KIND);
  const problemText = useProblemText();
  const section = useRef<HTMLElement>(null);
  const found = useLocation().hash === `#${ID}`;
  useEffect(() => {
    if (found) section.current?.scrollIntoView({ block: "start" });
  }, [found]);
  const failed = (refusal: unknown) =>
    notifyFailed(t("reasons.failed"), problemText(refusal).text, problemText(refusal).code);
  return (
    <section className={routing.section} id={ID} ref={section}>
      <h2 className={classes.title}>{t("reasons.title")}</h2>
      <p className={routing.hint}>{t("reasons.text")}</p>
      {isPending && <ListSkeleton button={false} />}
      {data === undefined && error && <ErrorState error={error} retry={() => void refetch()} compact />}
      {data !== undefined && data.length > 0 && (
        <SortableList
          items={data}
          label={t("reasons.title")}
          mayMove={mayManage}
          onOrder={(items) => order.mutate(items, { onError: failed })}
        >
          {(reason) => (
            <ReasonRow reason={reason} mayManage={mayManage} edit={() => setEdited(reason.id)} failed={failed} />
          )}
        </SortableList>
      )}
      {mayManage && data !== undefined && (
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={data.length >= MAX_REASONS}
          onClick={() => setEdited(NEW)}
        >
          {t("reasons.add")}
        </Button>
      )}
      {edited !== null && (
        <ReasonDialog
          key={edited}
          reason={data?.find(({ id }) => id === edited) ?? null}
          close={() => setEdited(null)}
        />
      )}
    </section>
  );
}

interface RowProps {
  reason: AwayReason;
  mayManage: boolean;
  edit: () => void;
  failed: (refusal: unknown) => void;
}

function ReasonRow({ reason, mayManage, edit, failed }: RowProps) {
  const { t } = useTranslation("distribution");
  const remove = useDeleteItem(KIND);
  const restore = useRestore(KIND);
  const { id, name, names, counts_as_break: isBreak } = reason;
  const others = Object.values(names).filter((one) => one !== name);
  const take = () =>
    remove.mutate(id, {
      onSuccess: () => undoable({ message: t("reasons.deleted", { name }), undo: () => restore(reason, failed) }),
      onError: failed,
    });
  return (
    <>
      <div className={routing.words}>
        <span className={routing.name}>
          <bdi>{name}</bdi>
        </span>
        <small>{[...others, ...(isBreak ? [t("reasons.is_break")] : [])].join(" · ")}</small>
      </div>
      {mayManage && (
        <span className={routing.above}>
          <IconButton label={t("reasons.edit", { name })} onClick={edit}>
            <IconPencil size={18} stroke={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("reasons.remove", { name })} onClick={take}>
            <IconTrash size={18} stroke={1.75} aria-hidden />
          </IconButton>
        </span>
      )}
    </>
  );
}

function ReasonDialog({ reason, close }: { reason: AwayReason | null; close: () => void }) {
  const { t } = useTranslation(["distribution", "routing", "app"]);
  const { values, set, over, failed } = useDraft(reason === null ? newReason("") : valuesOf<"away-reasons">(reason), {
    version: reason?.version ?? null,
  });
  const [tries, setTries] = useState(0);
  const save = useSaveItem(KIND);
  const form = useWrongField(tries, save.error);
  const refused = useRefusals(save.error);
  const changedName = useChangedName(KIND);
  const nameless = values.name.trim() === "";
  const submit = () => {
    setTries(tries + 1);
    if (nameless || save.isPending) return;
    const item = reason && { id: reason.id, version: over };
    save.mutate({ item, values: { ...values, name: values.name.trim() } }, { onSuccess: close, onError: failed });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t(reason === null ? "reasons.new" : "reasons.change")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <form
        ref={form}
        noValidate
        className={classes.reason}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextInput
          label={t("reasons.name")}
          data-autofocus
          maxLength={MAX_NAME}
          value={values.name}
          error={tries > 0 && nameless ? t("routing:form.name_empty") : refused("name")}
          onChange={({ currentTarget: { value } }) => set({ name: value })}
        />
        {LANGUAGES.map((language) => (
          <TextInput
            key={language}
            label={t("reasons.in", { language: LANGUAGE_NAMES[language] })}
            placeholder={values.name}
            maxLength={MAX_NAME}
            value={values.names[language] ?? ""}
            error={refused(`names.${language}`)}
            onChange={({ currentTarget: { value } }) => set({ names: withName(values.names, language, value) })}
          />
        ))}
        <Switch
          label={t("reasons.counts")}
          description={t("reasons.counts_help")}
          checked={values.counts_as_break}
          onChange={({ currentTarget: { checked } }) => set({ counts_as_break: checked })}
        />
        <SaveProblem error={save.error} changedName={changedName} />
        <div className={classes.buttons}>
          <Button variant="default" onClick={close}>
            {t("app:actions.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("routing:form.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
