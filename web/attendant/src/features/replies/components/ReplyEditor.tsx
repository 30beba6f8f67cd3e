import { Button, Group, Menu, Modal, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { IconBraces, IconPaperclip, IconX } from "@tabler/icons-react";
import { useDeferredValue, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem, UnsavedChanges, namedBy, useDraft } from "@/features/settings";
import { ApiProblem, isOld } from "@/shared/api/problem";
import type { Attachment } from "@/shared/api/types";
import { upload } from "@/shared/api/upload";
import type { Reply } from "@/shared/replies/replies";
import { useMay } from "@/shared/session/SessionProvider";
import { displayFileName } from "@/shared/text/neutral";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { usePreview, useReplyActions, useVariables, type NewReply } from "../api/replies";
import classes from "./replies.module.css";

const MAX_FILES = 10;
/** The variables that the sample customer has a value for. */
const SAMPLES = [
  "contact__name",
  "contact__first_name",
  "contact__phone",
  "contact__email",
  "conversation__number",
  "attendant__name",
  "attendant__first_name",
  "channel__name",
] as const;

/** Fields as changes tell them, by their label. */
const LABELS = {
  shortcut: "shortcut",
  title: "name",
  body: "body",
  attachment_ids: "files",
  archived: "archived",
} as const;

interface Typed {
  shortcut: string;
  title: string;
  body: string;
  files: readonly Attachment[];
}

const typedOf = (one: Reply | null): Typed => ({
  shortcut: one?.shortcut ?? "/",
  title: one?.title ?? "",
  body: one?.body ?? "",
  files: one?.attachments ?? [],
});

function bodyOf({ files, ...texts }: Typed): Omit<NewReply, "scope"> {
  return { ...texts, attachment_ids: files.map(({ id }) => id) };
}

/** One quick reply: what it is called, what it says, and how that looks to a sample customer. */
export function ReplyEditor({ one, close }: { one: Reply | null; close: () => void }) {
  const { t } = useTranslation(["replies", "app"]);
  const manager = useMay("settings:manage");
  const problemText = useProblemText();
  const { add, change } = useReplyActions();
  const { data: variables } = useVariables();
  const {
    values: typed,
    set,
    unsaved,
    over,
    failed,
  } = useDraft(typedOf(one), {
    version: one?.version ?? null,
    sent: bodyOf,
  });
  const { shortcut, title, body, files } = typed;
  const [scope, setScope] = useState<"personal" | "everyone">(one?.scope ?? "personal");
  const [uploading, setUploading] = useState(0);
  const [leaving, setLeaving] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const samples = Object.fromEntries(SAMPLES.map((name) => [name.replace("__", "."), t(`sample.${name}`)]));
  const { data: shown } = usePreview(useDeferredValue(body), samples);

  const error = add.error ?? change.error;
  const wrong = error instanceof ApiProblem && error.status === 422 ? error : null;
  const fieldError = (field: string) => {
    if (wrong === null || !wrong.errors.some((each) => each.field.startsWith(field))) return undefined;
    return wrong.code === "name_taken" ? t("taken") : t(`wrong.${field as "shortcut" | "title" | "body"}`);
  };
  const mistake = shown?.mistakes?.[0];
  const bodyError = mistake
    ? t(`mistake.${mistake.code === "too_many" ? "surplus" : mistake.code}`, {
        name: mistake.name ?? "",
        line: mistake.line,
        column: mistake.column,
      })
    : fieldError("body");
  const saving = add.isPending || change.isPending;
  const ready = /^\/?[^\s/]+$/.test(shortcut) && title.trim() !== "" && (body.trim() !== "" || files.length > 0);

  const save = () => {
    const fields = bodyOf(typed);
    const handlers = {
      onSuccess: () => {
        notifyDone(t("saved"));
        close();
      },
      onError: (failure: unknown) => {
        failed(failure);
        if (isOld(failure) || (failure instanceof ApiProblem && failure.status === 422)) return;
        const { text, code } = problemText(failure);
        notifyFailed(t("failed"), text, code);
      },
    };
    if (one === null) add.mutate({ ...fields, scope }, handlers);
    else change.mutate({ one: { id: one.id, version: over }, body: fields }, handlers);
  };
  const insert = (name: string) => {
    const field = area.current;
    const at = field?.selectionStart ?? body.length;
    set({ body: `${body.slice(0, at)}{{${name}}}${body.slice(field?.selectionEnd ?? at)}` });
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(at + name.length + 4, at + name.length + 4);
    });
  };
  const attach = async (chosen: readonly File[]) => {
    for (const file of chosen.slice(0, MAX_FILES - files.length)) {
      setUploading((count) => count + 1);
      try {
        const done = await upload(file, crypto.randomUUID(), () => undefined).done;
        set((now) => ({ files: [...now.files, done] }));
      } catch (failure) {
        const { text, code } = problemText(failure);
        notifyFailed(t("file_failed"), text, code);
      } finally {
        setUploading((count) => count - 1);
      }
    }
  };
  const leave = () => (unsaved ? setLeaving(true) : close());
  return (
    <Modal
      opened
      onClose={leave}
      size="xl"
      title={t(one ? "edit_title" : "add")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <UnsavedChanges unsaved={unsaved && !saving} />
      <ConfirmDialog
        opened={leaving}
        title={t("leave.title")}
        confirm={t("leave.confirm")}
        stay={t("leave.stay")}
        onConfirm={close}
        onClose={() => setLeaving(false)}
      >
        {t("leave.text")}
      </ConfirmDialog>
      <form
        className={classes.editor}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !mistake && !saving && uploading === 0) save();
        }}
      >
        <div className={classes.fields}>
          <TextInput
            label={t("shortcut")}
            description={t("shortcut_hint")}
            value={shortcut}
            maxLength={41}
            data-autofocus
            error={fieldError("shortcut")}
            onChange={(event) => set({ shortcut: event.currentTarget.value })}
          />
          <TextInput
            label={t("name")}
            value={title}
            maxLength={100}
            error={fieldError("title")}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <Textarea
            ref={area}
            label={t("body")}
            autosize
            minRows={6}
            maxRows={16}
            maxLength={10_000}
            value={body}
            error={bodyError}
            onChange={(event) => set({ body: event.currentTarget.value })}
          />
          <Group gap="xs">
            <Menu position="bottom-start">
              <Menu.Target>
                <Button variant="default" size="compact-md" leftSection={<IconBraces size={16} aria-hidden />}>
                  {t("variable")}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {variables?.map((name) => (
                  <Menu.Item key={name} onClick={() => insert(name)}>
                    {t(`variables.${name.replace(".", "__") as "contact__name"}`, { defaultValue: name })}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Button
              variant="default"
              size="compact-md"
              loading={uploading > 0}
              disabled={files.length >= MAX_FILES}
              leftSection={<IconPaperclip size={16} aria-hidden />}
              onClick={() => input.current?.click()}
            >
              {t("attach")}
            </Button>
            <input
              ref={input}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                const chosen = [...(event.target.files ?? [])];
                event.target.value = "";
                void attach(chosen);
              }}
            />
          </Group>
          {files.map((file) => (
            <Group key={file.id} gap="xs" wrap="nowrap">
              <span className={classes.file}>{displayFileName(file.name)}</span>
              <IconButton
                label={t("detach", { name: displayFileName(file.name) })}
                size={28}
                onClick={() => set({ files: files.filter(({ id }) => id !== file.id) })}
              >
                <IconX size={16} />
              </IconButton>
            </Group>
          ))}
          {one === null && manager && (
            <SegmentedControl
              aria-label={t("scope.label")}
              value={scope}
              onChange={(value) => setScope(value === "everyone" ? "everyone" : "personal")}
              data={[
                { value: "personal", label: t("scope.personal") },
                { value: "everyone", label: t("scope.everyone") },
              ]}
            />
          )}
        </div>
        <section className={classes.preview} aria-label={t("preview")}>
          <h2 className={classes.previewTitle}>{t("preview")}</h2>
          <div className={classes.bubble}>
            {shown?.parts.map((part, at) => (
              <span
                key={at}
                data-variable={part.variable ?? undefined}
                className={part.missing ? classes.gap : undefined}
              >
                {part.missing ? part.variable : part.text}
              </span>
            ))}
          </div>
          <p className={classes.hint}>{t("default_hint", { example: '{{contact.first_name|"…"}}' })}</p>
        </section>
        <div className={classes.problem}>
          <SaveProblem error={isOld(error) ? error : null} changedName={namedBy(LABELS, t)} />
        </div>
        <Group className={classes.actions} justify="flex-end" gap="xs">
          <Button variant="default" onClick={leave}>
            {t("app:actions.cancel")}
          </Button>
          <Button type="submit" loading={saving} disabled={!ready || mistake !== undefined || uploading > 0}>
            {t("save")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
