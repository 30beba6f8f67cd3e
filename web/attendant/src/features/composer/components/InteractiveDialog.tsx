import { Button, Group, Modal, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { IconExternalLink, IconList, IconMapPin, IconPhone, IconPlus, IconX } from "@tabler/icons-react";
import { useState, type KeyboardEvent, type MouseEvent, type SubmitEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useDraft } from "@/shared/conversations/useDraft";
import { isComposing } from "@/shared/keyboard/composing";
import { lengthOf } from "@/shared/text/lengths";
import { IconButton } from "@/shared/ui/IconButton";

import { useDialogSending } from "../hooks/useDialogSending";
import { useRefusalText } from "../hooks/useRefusalText";
import {
  bodyMax,
  EMPTY_ROW,
  emptyForm,
  interactiveBody,
  problemsOf,
  rowCount,
  type InteractiveForm,
  type InteractiveLimits,
  type Section,
} from "../model/interactive";
import classes from "./composer.module.css";
import type { DialogProps } from "./dialogProps";
import styles from "./interactive.module.css";

/** Buttons, a list, a link, or the question for a place or a number, with the limits of the channel. */
export function InteractiveDialog({ conversation, capabilities, draft, onClose }: DialogProps) {
  const { t } = useTranslation(["composer", "app"]);
  const limits = capabilities.interactive;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("interactive.title")}
      size={880}
      centered
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {limits && <Form conversation={conversation} limits={limits} draft={draft} onClose={onClose} />}
    </Modal>
  );
}

type FormProps = Omit<DialogProps, "capabilities"> & { limits: InteractiveLimits };

function Form({ conversation, limits, draft, onClose }: FormProps) {
  const { t } = useTranslation(["composer", "app"]);
  const { set } = useDraft(conversation.id, "reply");
  const refusalText = useRefusalText();
  const [form, setForm] = useState(() => emptyForm(limits.types[0] ?? "buttons", draft.text));
  const [tried, setTried] = useState(false);
  const { submit, sending, problem } = useDialogSending(conversation.id, () => {
    // The text of the draft is sent now, unless another one was written here.
    set({ replyTo: null, ...(form.text === draft.text && { text: "" }) });
    onClose();
  });
  const change = (changes: Partial<InteractiveForm>) => setForm((now) => ({ ...now, ...changes }));
  const problems = problemsOf(form, limits);
  const errorOf = (place: string): string | undefined => {
    const found = problems.get(place);
    return found === undefined || (found === "missing" && !tried) ? undefined : t(`interactive.problem.${found}`);
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (problems.size === 0) void submit({ ...interactiveBody(form), reply_to: draft.replyTo });
    else {
      const target = event.currentTarget;
      requestAnimationFrame(() => target.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    }
  };
  const plain = form.type === "ask_location" || form.type === "ask_phone";
  return (
    <form onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate autoComplete="off" className={styles.form}>
      {limits.types.length > 1 && (
        <SegmentedControl
          className={styles.types}
          aria-label={t("interactive.type")}
          value={form.type}
          onChange={(type) => change({ type })}
          data={limits.types.map((type) => ({ value: type, label: t(`interactive.types.${type}`) }))}
        />
      )}
      <div className={styles.fields}>
        <Textarea
          label={t("interactive.text")}
          value={form.text}
          onChange={(event) => change({ text: event.target.value })}
          error={errorOf("text")}
          description={<Room text={form.text} max={bodyMax(form.type, limits)} />}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autosize
          minRows={3}
          maxRows={8}
          dir="auto"
          required
          data-autofocus
        />
        {form.type === "buttons" && limits.buttons && (
          <Buttons form={form} max={limits.buttons} errorOf={errorOf} onChange={(buttons) => change({ buttons })} />
        )}
        {form.type === "list" && limits.list && (
          <Sections form={form} max={limits.list} errorOf={errorOf} onChange={change} />
        )}
        {form.type === "link" && (
          <>
            <TextInput
              label={t("interactive.link_title")}
              value={form.linkTitle}
              onChange={(event) => change({ linkTitle: event.target.value })}
              error={errorOf("linkTitle")}
              description={<Room text={form.linkTitle} max={limits.link?.title_max ?? 0} />}
              required
            />
            <TextInput
              label={t("interactive.url")}
              inputMode="url"
              placeholder="https://"
              value={form.url}
              onChange={(event) => change({ url: event.target.value })}
              error={errorOf("url")}
              required
            />
          </>
        )}
        {!plain && (
          <>
            <TextInput
              label={t("interactive.header")}
              value={form.header}
              onChange={(event) => change({ header: event.target.value })}
              error={errorOf("header")}
            />
            <TextInput
              label={t("interactive.footer")}
              value={form.footer}
              onChange={(event) => change({ footer: event.target.value })}
              error={errorOf("footer")}
            />
          </>
        )}
        {problem !== null && (
          <p className={classes.problem} role="alert">
            {refusalText(problem)}
          </p>
        )}
      </div>
      <Preview form={form} />
      <Group justify="flex-end" gap="xs" className={styles.actions}>
        <Button variant="default" onClick={onClose}>
          {t("app:actions.cancel")}
        </Button>
        <Button type="submit" loading={sending}>
          {t("interactive.send")}
        </Button>
      </Group>
    </form>
  );
}

/** Enter goes on to the next field or adds one, as a message with one of three buttons is no message yet; Ctrl+Enter sends. */
function onKeyDown(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== "Enter" || isComposing(event.nativeEvent)) return;
  const { target, currentTarget: form } = event;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  } else if (target instanceof HTMLInputElement) {
    event.preventDefault();
    if (!event.repeat) goOn(form, target);
  }
}

function goOn(form: HTMLFormElement, from: HTMLInputElement): void {
  const line = from.closest("[data-line]");
  const filled = [...(line?.querySelectorAll("input") ?? [])].some(({ value }) => value.trim() !== "");
  const places = [
    ...form.querySelectorAll<HTMLElement>("input:not([type=radio]), textarea, [data-add], [type=submit]"),
  ];
  const next = places
    .filter((place) => from.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING)
    .find((place) => !place.matches("[data-add]") || (filled && place.parentElement === line?.parentElement));
  if (next?.matches("[data-add]")) next.click();
  else next?.focus();
}

/** "12 / 20" */
function Room({ text, max }: { text: string; max: number }): ReactNode {
  return `${lengthOf(text)} / ${max}`;
}

interface ButtonsProps {
  form: InteractiveForm;
  max: NonNullable<InteractiveLimits["buttons"]>;
  errorOf: (place: string) => string | undefined;
  onChange: (buttons: string[]) => void;
}

function Buttons({ form: { buttons }, max, errorOf, onChange }: ButtonsProps) {
  const { t } = useTranslation("composer");
  return (
    <div className={styles.group}>
      {buttons.map((title, at) => (
        <div key={at} className={classes.lineWithButton} data-line>
          <TextInput
            style={{ flex: 1 }}
            label={t("interactive.button", { number: at + 1 })}
            value={title}
            onChange={(event) => onChange(buttons.with(at, event.target.value))}
            error={errorOf(`buttons.${at}`)}
            rightSection={<span className={styles.room}>{max.title_max - lengthOf(title)}</span>}
            required
          />
          {buttons.length > 1 && (
            <IconButton
              label={t("interactive.remove_button", { number: at + 1 })}
              onClick={() => onChange(buttons.filter((_, other) => other !== at))}
            >
              <IconX size={18} />
            </IconButton>
          )}
        </div>
      ))}
      <Add
        label={t("interactive.add_button")}
        full={buttons.length >= max.max ? t("interactive.buttons_full", { count: max.max }) : undefined}
        onAdd={() => onChange([...buttons, ""])}
      />
    </div>
  );
}

interface SectionsProps {
  form: InteractiveForm;
  max: NonNullable<InteractiveLimits["list"]>;
  errorOf: (place: string) => string | undefined;
  onChange: (changes: Partial<InteractiveForm>) => void;
}

function Sections({ form, max, errorOf, onChange }: SectionsProps) {
  const { t } = useTranslation("composer");
  const { sections } = form;
  const change = (at: number, changes: Partial<Section>) =>
    onChange({ sections: sections.map((one, other) => (other === at ? { ...one, ...changes } : one)) });
  const full = rowCount(form) >= max.rows_max ? t("interactive.rows_full", { count: max.rows_max }) : undefined;
  return (
    <div className={styles.group}>
      <TextInput
        label={t("interactive.opener")}
        value={form.opener}
        onChange={(event) => onChange({ opener: event.target.value })}
        error={errorOf("opener")}
        rightSection={<span className={styles.room}>{max.button_max - lengthOf(form.opener)}</span>}
        required
      />
      {sections.map(({ title, rows }, at) => (
        <fieldset key={at} className={styles.section}>
          <legend className={styles.legend}>{t("interactive.section", { number: at + 1 })}</legend>
          {sections.length > 1 && (
            <div className={classes.lineWithButton} data-line>
              <TextInput
                style={{ flex: 1 }}
                label={t("interactive.section_title")}
                value={title}
                onChange={(event) => change(at, { title: event.target.value })}
                error={errorOf(`sections.${at}.title`)}
                required
              />
              <IconButton
                label={t("interactive.remove_section", { number: at + 1 })}
                onClick={() => onChange({ sections: sections.filter((_, other) => other !== at) })}
              >
                <IconX size={18} />
              </IconButton>
            </div>
          )}
          {rows.map((row, number) => (
            <div key={number} className={classes.lineWithButton} data-line>
              <TextInput
                style={{ flex: 1 }}
                label={t("interactive.row", { number: number + 1 })}
                value={row.title}
                onChange={(event) => change(at, { rows: rows.with(number, { ...row, title: event.target.value }) })}
                error={errorOf(`sections.${at}.rows.${number}.title`)}
                required
              />
              <TextInput
                style={{ flex: 1 }}
                label={t("interactive.row_description")}
                value={row.description}
                onChange={(event) =>
                  change(at, { rows: rows.with(number, { ...row, description: event.target.value }) })
                }
                error={errorOf(`sections.${at}.rows.${number}.description`)}
              />
              {rows.length > 1 && (
                <IconButton
                  label={t("interactive.remove_row", { number: number + 1 })}
                  onClick={() => change(at, { rows: rows.filter((_, other) => other !== number) })}
                >
                  <IconX size={18} />
                </IconButton>
              )}
            </div>
          ))}
          <Add label={t("interactive.add_row")} full={full} onAdd={() => change(at, { rows: [...rows, EMPTY_ROW] })} />
        </fieldset>
      ))}
      <Add
        label={t("interactive.add_section")}
        full={
          full ??
          (sections.length >= max.sections_max
            ? t("interactive.sections_full", { count: max.sections_max })
            : undefined)
        }
        onAdd={() => onChange({ sections: [...sections, { title: "", rows: [EMPTY_ROW] }] })}
      />
    </div>
  );
}

/** Adds one more and brings the cursor into it; where there are enough, the reason stands instead. */
function Add({ label, full, onAdd }: { label: string; full: string | undefined; onAdd: () => void }) {
  if (full !== undefined) return <p className={classes.hint}>{full}</p>;
  const add = ({ currentTarget: { parentElement: group } }: MouseEvent<HTMLElement>) => {
    onAdd();
    requestAnimationFrame(() => {
      const lines = group?.querySelectorAll<HTMLElement>(":scope > [data-line], :scope > fieldset") ?? [];
      [...lines].at(-1)?.querySelector("input")?.focus();
    });
  };
  return (
    <Button
      data-add
      variant="subtle"
      size="compact-sm"
      leftSection={<IconPlus size={16} />}
      onClick={add}
      style={{ alignSelf: "flex-start" }}
    >
      {label}
    </Button>
  );
}

/** The message as the customer will see it. */
function Preview({ form }: { form: InteractiveForm }) {
  const { t } = useTranslation("composer");
  const plain = form.type === "ask_location" || form.type === "ask_phone";
  return (
    <div className={styles.preview}>
      <span className={styles.previewLabel}>{t("template.preview")}</span>
      <div className={styles.phone}>
        <div className={styles.bubble}>
          {!plain && form.header.trim() !== "" && <p className={styles.header}>{form.header}</p>}
          <bdi dir="auto" className={form.text === "" ? styles.footer : styles.body}>
            {form.text || t("interactive.text")}
          </bdi>
          {!plain && form.footer.trim() !== "" && <p className={styles.footer}>{form.footer}</p>}
        </div>
        {form.type === "buttons" &&
          form.buttons.map((title, at) => (
            <span key={at} className={styles.button}>
              {title || t("interactive.button", { number: at + 1 })}
            </span>
          ))}
        {form.type === "list" && (
          <>
            <span className={styles.button}>
              <IconList size={16} aria-hidden="true" /> {form.opener || t("interactive.opener")}
            </span>
            <div className={styles.rows}>
              {form.sections.map((section, at) => (
                <div key={at}>
                  {section.title !== "" && <p className={styles.sectionTitle}>{section.title}</p>}
                  {section.rows.map((row, number) => (
                    <p key={number} className={styles.row}>
                      {row.title || t("interactive.row", { number: number + 1 })}
                      {row.description !== "" && <span className={styles.footer}>{row.description}</span>}
                    </p>
                  ))}
                </div>
              ))}
            </div>
          </>
        )}
        {form.type === "link" && (
          <span className={styles.button}>
            <IconExternalLink size={16} aria-hidden="true" /> {form.linkTitle || t("interactive.link_title")}
          </span>
        )}
        {plain && (
          <span className={styles.button}>
            {form.type === "ask_location" ? (
              <IconMapPin size={16} aria-hidden="true" />
            ) : (
              <IconPhone size={16} aria-hidden="true" />
            )}
            {t(`interactive.types.${form.type}`)}
          </span>
        )}
      </div>
    </div>
  );
}
