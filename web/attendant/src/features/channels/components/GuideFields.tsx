import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SecretInput } from "@/shared/ui/SecretInput";

import type { GuideField } from "../api/channels";
import { choicesOf, fieldError, type Values } from "../model/fields";
import classes from "./channels.module.css";
import { useLocalized } from "./parts";

interface Props {
  fields: readonly GuideField[];
  values: Values;
  onChange: (values: Values) => void;
  /** Fields that the server refused. */
  refused: readonly string[];
  /** They were refused because another channel has them. */
  taken?: boolean;
  /** Say of every field what is wrong, not only of those that were left. */
  showAll: boolean;
  /** What exists is replaced: nothing has to be filled in. */
  changing?: boolean;
}

/** The inputs of a kind's form, each with where its value is found and what is wrong with it. */
export function GuideFields({ fields, values, onChange, refused, taken = false, showAll, changing = false }: Props) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const [left, setLeft] = useState<readonly string[]>([]);
  const errorOf = (field: GuideField): string | null => {
    const found = fieldError(field, values[field.name], field.required && !changing);
    if (found !== null && (showAll || left.includes(field.name))) {
      return t(`field.${found}`, { min: field.min_length ?? 0, max: field.max_length ?? 0 });
    }
    if (!refused.includes(field.name)) return null;
    return taken ? `${t("taken.title")}. ${t("taken.text")}` : t("field.refused");
  };
  return (
    <div className={classes.fields}>
      {fields.map((field) => {
        const { name, type, secret, label, help, example, required } = field;
        const value = values[name];
        if (type === "boolean") {
          return (
            <Switch
              key={name}
              label={words(label)}
              description={words(help)}
              checked={value === true}
              onChange={(event) => onChange({ ...values, [name]: event.currentTarget.checked })}
            />
          );
        }
        const choices = secret ? null : choicesOf(field);
        if (choices !== null) {
          return (
            <NativeSelect
              key={name}
              label={words(label)}
              description={words(help)}
              required={required && !changing}
              withAsterisk={required && !changing}
              value={typeof value === "string" ? value : ""}
              error={errorOf(field)}
              data={[{ value: "", label: changing ? t("field.unchanged") : t("field.choose") }, ...choices]}
              onBlur={() => setLeft([...left, name])}
              onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
            />
          );
        }
        const Input = secret ? SecretInput : TextInput;
        return (
          <Input
            key={name}
            label={words(label)}
            description={words(help)}
            required={required && !changing}
            withAsterisk={required && !changing}
            value={typeof value === "string" ? value : ""}
            placeholder={example ?? (changing ? t("field.unchanged") : undefined)}
            error={errorOf(field)}
            autoComplete={secret ? "new-password" : "off"}
            spellCheck={false}
            onBlur={() => setLeft([...left, name])}
            onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
          />
        );
      })}
    </div>
  );
}
