import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES, LANGUAGE_NAMES, type Language } from "@/shared/i18n";

import type { Texts } from "../api/types";
import { SAMPLE_VALUES } from "../model/ownTexts";
import { CustomerText, type Variable } from "./fields";
import classes from "./routing.module.css";

interface Props {
  label: string;
  texts: Texts;
  onChange: (texts: Texts) => void;
  variables: readonly Variable[];
  /** What is said while a language has no text of its own, shown as such. */
  placeholder?: (language: Language) => string;
  /** By language. */
  error: (language: Language) => string | null;
  /** What a customer reads, with the variables filled; the last rendering that the server made, or an example. */
  shown?: (text: string, language: Language) => string;
}

/** A text to customers in each language; one is shown at a time, with what a customer reads under it. */
export function TranslatedText({ label, texts, onChange, variables, placeholder, error, shown }: Props) {
  const { t, i18n } = useTranslation("routing");
  const wrong = LANGUAGES.find((one) => error(one) !== null);
  const [chosen, setChosen] = useState<Language | null>(null);
  const own = LANGUAGES.find((one) => one === i18n.language) ?? "pt-BR";
  const language = chosen ?? wrong ?? own;
  const value = texts[language] ?? "";
  const hint = placeholder?.(language);
  const read = value.trim() === "" ? (hint ?? "") : value;
  return (
    <div>
      <SegmentedControl
        size="xs"
        mb={8}
        aria-label={t("form.languages", { name: label })}
        value={language}
        onChange={(to) => setChosen(to)}
        data={LANGUAGES.map((one) => ({
          value: one,
          label: `${LANGUAGE_NAMES[one]}${(texts[one] ?? "").trim() === "" ? " ○" : ""}`,
        }))}
      />
      <CustomerText
        key={language}
        hideLabel
        label={`${label} (${LANGUAGE_NAMES[language]})`}
        lang={language}
        value={value}
        variables={variables}
        {...(hint !== undefined && { placeholder: hint })}
        error={error(language)}
        onChange={(text) => onChange({ ...texts, [language]: text })}
      />
      {shown !== undefined && read !== "" && (
        <div className={classes.preview} role="status" aria-label={t("form.preview")}>
          <h3>{t("form.preview")}</h3>
          <p className={classes.bubble} lang={language}>
            {shown(read, language)}
          </p>
        </div>
      )}
    </div>
  );
}

/** A text with example values for its variables, besides those that every text has. Pure. */
export function withExamples(text: string, examples: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*([\w.]+)\s*(?:\|\s*"([^"]*)"\s*)?\}\}/g, (whole, name: string, otherwise?: string) => {
    return examples[name] ?? SAMPLE_VALUES[name] ?? otherwise ?? whole;
  });
}

/** A language without a text is left out; another one is said then. */
export function written(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ""));
}
