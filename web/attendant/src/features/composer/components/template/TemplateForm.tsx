import { Button, TextInput } from "@mantine/core";
import { IconArrowLeft, IconSend2 } from "@tabler/icons-react";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, Conversation, Template } from "@/shared/api/types";

import { useDialogSending } from "../../hooks/useDialogSending";
import { useRefusalText } from "../../hooks/useRefusalText";
import {
  fieldOfProblem,
  fieldsOf,
  problemOfValue,
  templateBody,
  type FieldId,
  type TemplateField,
  type TemplateValues,
} from "../../model/templates";
import { HeaderFile } from "./HeaderFile";
import classes from "./template.module.css";
import { TemplatePreview } from "./TemplatePreview";

interface Props {
  conversation: Conversation;
  template: Template;
  onBack: () => void;
  onSent: () => void;
}

/** What a template asks for, beside the message as the customer will see it. */
export function TemplateForm({ conversation, template, onBack, onSent }: Props) {
  const { t } = useTranslation("composer");
  const refusalText = useRefusalText();
  const { submit, sending, problem, forget } = useDialogSending(conversation.id, onSent);
  const [values, setValues] = useState<TemplateValues>({});
  const [file, setFile] = useState<Attachment | null>(null);
  const [tried, setTried] = useState(false);
  const fields = fieldsOf(template);
  const refused = new Map(problem?.errors.map((error) => [fieldOfProblem(error), error.message]));
  const placed = fields.some(({ id }) => refused.has(id));

  const set = (id: FieldId, value: string) => {
    setValues((all) => ({ ...all, [id]: value }));
    forget();
  };
  const errorOf = ({ id, takes }: TemplateField): string | undefined => {
    if (refused.has(id)) return t("template.value.refused");
    const found = problemOfValue(values[id]);
    if (found === null || (found === "missing" && !tried)) return undefined;
    return takes !== "text" ? t("template.value.file_missing") : t(`template.value.${found}`);
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    const wrong = fields.find(({ id }) => problemOfValue(values[id]) !== null);
    if (wrong !== undefined) {
      event.currentTarget.querySelector<HTMLElement>(`[data-field="${CSS.escape(wrong.id)}"]`)?.focus();
      return;
    }
    void submit({ kind: "template", template: templateBody(template, values) }, file === null ? [] : [file]);
  };

  return (
    <form className={classes.form} onSubmit={onSubmit} noValidate>
      <div className={classes.fields}>
        {fields.length === 0 && <p className={classes.nothing}>{t("template.no_fields")}</p>}
        {fields.map((field, at) =>
          field.takes === "text" ? (
            <TextInput
              key={field.id}
              label={labelOf(field, t)}
              value={values[field.id] ?? ""}
              onChange={(event) => set(field.id, event.target.value)}
              error={errorOf(field)}
              data-field={field.id}
              data-autofocus={at === 0 || undefined}
              autoFocus={at === 0}
              autoComplete="off"
              dir="auto"
            />
          ) : (
            <HeaderFile
              key={field.id}
              kind={field.takes}
              fieldId={field.id}
              file={file}
              error={errorOf(field)}
              onFile={(attachment) => {
                setFile(attachment);
                set(field.id, attachment?.id ?? "");
              }}
            />
          ),
        )}
        {problem !== null && !placed && (
          <p className={classes.problem} role="alert">
            {t("template.refused", { reason: refusalText(problem) })}
          </p>
        )}
      </div>
      <div className={classes.previewSide}>
        <span className={classes.previewLabel}>{t("template.preview")}</span>
        <TemplatePreview template={template} values={values} file={file} />
      </div>
      <div className={classes.actions}>
        <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={onBack}>
          {t("template.back")}
        </Button>
        <Button type="submit" leftSection={<IconSend2 size={16} />} loading={sending} autoFocus={fields.length === 0}>
          {t("template.send")}
        </Button>
      </div>
    </form>
  );
}

type Translate = ReturnType<typeof useTranslation<"composer">>["t"];

function labelOf({ part, name }: TemplateField, t: Translate): string {
  if (part === "button") return t("template.field.button", { name });
  const words = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
  if (part === "header")
    return /^\d+$/.test(name) ? t("template.field.header") : t("template.field.named_header", { name: words });
  return /^\d+$/.test(name) ? t("template.field.body", { number: name }) : words;
}
