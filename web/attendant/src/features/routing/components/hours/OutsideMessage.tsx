import { Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";

import type { Hours, HoursPreview } from "../../api/types";
import { TranslatedText, withExamples } from "../TranslatedText";
import classes from "./hours.module.css";

interface Props {
  message: Hours["message"];
  /** What routing makes of it now. */
  words: HoursPreview["words"];
  /** That the text is missing is shown. */
  empty: boolean;
  refused: Refused;
  onChange: (message: Hours["message"]) => void;
}

const VARIABLES = ["next_opening", "hours", "holiday", "contact.first_name", "conversation.number"] as const;

/** What customers are told who write outside of the hours, in each language. */
export function OutsideMessage({ message, words, empty, refused, onChange }: Props) {
  const { t, i18n } = useTranslation(["hours", "routing"]);
  const variables = VARIABLES.map((name) => ({
    name,
    label: t(`routing:variables.${name.replace(".", "_") as "next_opening"}`),
  }));
  return (
    <div className={classes.message}>
      <Switch
        label={t("message.on")}
        checked={message.enabled}
        onChange={({ currentTarget: { checked } }) => {
          onChange({ ...message, enabled: checked });
          if (checked) void begin();
        }}
      />
      {message.enabled && (
        <>
          <TranslatedText
            label={t("message.text")}
            texts={message.texts}
            variables={variables}
            error={(language) => {
              if (empty && language === message.language && (message.texts[language] ?? "").trim() === "") {
                return t("message.empty");
              }
              return refused(`message.texts.${language}`);
            }}
            shown={(text, language) => withExamples(words[language]?.message ?? text, nextOpening(language))}
            onChange={(texts) => onChange({ ...message, texts })}
          />
          <Select
            mt="sm"
            maw={320}
            label={t("message.language")}
            description={t("message.language_help")}
            allowDeselect={false}
            value={message.language}
            data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
            onChange={(language) => language !== null && onChange({ ...message, language })}
          />
        </>
      )}
    </div>
  );

  function nextOpening(language: keyof HoursPreview["words"]): Record<string, string> {
    const next = words[language]?.next_opening;
    return next ? { next_opening: next } : {};
  }

  /** Who turns it on begins with a text, each language with its own. */
  async function begin(): Promise<void> {
    if (Object.values(message.texts).some((text) => text.trim() !== "")) return;
    await i18n.loadLanguages([...LANGUAGES]);
    const opening = "{{next_opening}}";
    const texts = Object.fromEntries(
      LANGUAGES.map((one) => [one, i18n.getFixedT(one, "hours")("message.first", { opening })]),
    );
    onChange({ ...message, enabled: true, texts });
  }
}
