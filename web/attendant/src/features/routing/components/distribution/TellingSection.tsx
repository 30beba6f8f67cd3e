import { Select } from "@mantine/core";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@/shared/i18n";

import { usePolicyForm } from "../../hooks/usePolicyForm";
import { EXAMPLES, OVERDUE, POSITION } from "../../model/ownTexts";
import { Duration } from "../fields";
import { TranslatedText, withExamples, written } from "../TranslatedText";
import { PolicySection } from "./PolicySection";
import type { SectionProps } from "./section";

const DAY_MINUTES = 1440;

/** What customers who wait are told, and how often. */
export function TellingSection({ loaded, note }: SectionProps<"telling">) {
  const { t } = useTranslation(["distribution", "routing"]);
  const { values, set, refused, ...rest } = usePolicyForm("telling", loaded, () => false);
  const onUnsaved = useCallback((is: boolean) => note("telling", is), [note]);
  return (
    <PolicySection title={t("telling.title")} text={t("telling.text")} onUnsaved={onUnsaved} {...rest}>
      <Setting id="telling-position" label={t("telling.position")} help={t("telling.position_help")}>
        <Duration
          label={t("telling.position")}
          none={t("telling.never")}
          max={DAY_MINUTES}
          value={values.position_minutes}
          error={refused("position_minutes")}
          onChange={(position_minutes) => set({ position_minutes })}
        />
      </Setting>
      {values.position_minutes !== null && (
        <Setting id="telling-position-text" label={t("telling.position_text")} help={t("telling.own_help")} wide>
          <TranslatedText
            label={t("telling.position_text")}
            texts={values.position}
            variables={[
              { name: "position", label: t("routing:variables.position") },
              { name: "wait", label: t("routing:variables.wait") },
              { name: "contact.first_name", label: t("routing:variables.contact_first_name") },
            ]}
            placeholder={(language) => POSITION[language]}
            error={(language) => refused(`position.${language}`)}
            shown={example}
            onChange={(position) => set({ position: written(position) })}
          />
        </Setting>
      )}
      <Setting id="telling-overdue" label={t("telling.overdue")} help={t("telling.overdue_help")}>
        <Duration
          label={t("telling.overdue")}
          none={t("telling.never")}
          max={DAY_MINUTES}
          value={values.overdue_minutes}
          error={refused("overdue_minutes")}
          onChange={(overdue_minutes) => set({ overdue_minutes })}
        />
      </Setting>
      {values.overdue_minutes !== null && (
        <Setting id="telling-overdue-text" label={t("telling.overdue_text")} help={t("telling.own_help")} wide>
          <TranslatedText
            label={t("telling.overdue_text")}
            texts={values.overdue}
            variables={[{ name: "contact.first_name", label: t("routing:variables.contact_first_name") }]}
            placeholder={(language) => OVERDUE[language]}
            error={(language) => refused(`overdue.${language}`)}
            shown={example}
            onChange={(overdue) => set({ overdue: written(overdue) })}
          />
        </Setting>
      )}
      {(values.position_minutes !== null || values.overdue_minutes !== null) && (
        <Setting id="telling-language" label={t("language")} help={t("language_help")}>
          <LanguageSelect label={t("language")} value={values.language} onChange={(language) => set({ language })} />
        </Setting>
      )}
    </PolicySection>
  );
}

interface LanguageProps {
  label: string;
  value: Language;
  onChange: (language: Language) => void;
}

export function LanguageSelect({ label, value, onChange }: LanguageProps) {
  return (
    <Select
      aria-label={label}
      w={180}
      allowDeselect={false}
      value={value}
      data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
      onChange={(language) => language !== null && onChange(language)}
    />
  );
}

/** A text as an example of what a customer reads. */
export function example(text: string, language: Language): string {
  return withExamples(text, EXAMPLES[language]);
}
