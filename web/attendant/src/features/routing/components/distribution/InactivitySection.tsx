import { Button, Menu, Select } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { type Refused, Setting } from "@/features/settings";
import { useTypeChoices } from "@/shared/marks/catalogue";
import { IconButton } from "@/shared/ui/IconButton";

import { useItems } from "../../api/items";
import type { Inactivity } from "../../api/types";
import { usePolicyForm } from "../../hooks/usePolicyForm";
import { CLOSING, REMINDER } from "../../model/ownTexts";
import { Duration, OnOff } from "../fields";
import routing from "../routing.module.css";
import classes from "./distribution.module.css";
import { PolicySection } from "./PolicySection";
import type { SectionProps } from "./section";
import { TranslatedText, written } from "../TranslatedText";
import { example, LanguageSelect } from "./TellingSection";

const MONTH_MINUTES = 43_200;

/** What is done when an attendant or a customer does not answer; for the company, and otherwise for single teams. */
export function InactivitySection({ loaded, note }: SectionProps<"inactivity">) {
  const { t } = useTranslation("distribution");
  const { values, set, refused, ...rest } = usePolicyForm("inactivity", loaded, () => false);
  const teams = useItems("teams").data ?? [];
  const onUnsaved = useCallback((is: boolean) => note("inactivity", is), [note]);
  const offered = teams.filter(({ id }) => !values.teams.some(({ team_id: team }) => team === id));
  const { teams: own, ...company } = values;
  return (
    <PolicySection title={t("inactivity.title")} text={t("inactivity.text")} onUnsaved={onUnsaved} {...rest}>
      <Fields id="inactivity" values={values} set={set} refused={refused} />
      {own.map(({ team_id: team, ...policy }, at) => {
        const name = teams.find(({ id }) => id === team)?.name ?? t("inactivity.gone");
        return (
          <div key={team} className={classes.team} role="group" aria-label={t("inactivity.of", { name })}>
            <div className={routing.head}>
              <h3>{t("inactivity.of", { name })}</h3>
              <IconButton
                label={t("inactivity.remove", { name })}
                onClick={() => set({ teams: own.filter((one) => one.team_id !== team) })}
              >
                <IconX size={18} stroke={1.75} aria-hidden />
              </IconButton>
            </div>
            <Fields
              id={`inactivity-${team}`}
              values={policy}
              set={(change) => set({ teams: own.map((one) => (one.team_id === team ? { ...one, ...change } : one)) })}
              refused={(field, within) => refused(`teams.${at}.${field}`, within)}
            />
          </div>
        );
      })}
      {offered.length > 0 && (
        <Menu position="bottom-start" width={260} returnFocus>
          <Menu.Target>
            <Button size="sm" variant="default" mt="sm" leftSection={<IconPlus size={16} aria-hidden />}>
              {t("inactivity.add_team")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
            {offered.map(({ id, name }) => (
              <Menu.Item key={id} onClick={() => set({ teams: [...own, { ...company, team_id: id }] })}>
                {name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </PolicySection>
  );
}

interface FieldsProps {
  id: string;
  values: Inactivity;
  set: (change: Partial<Inactivity>) => void;
  refused: Refused;
}

function Fields({ id, values, set, refused }: FieldsProps) {
  const { t } = useTranslation(["distribution", "routing"]);
  const types = useTypeChoices() ?? [];
  const variables = [
    { name: "contact.first_name", label: t("routing:variables.contact_first_name") },
    { name: "conversation.number", label: t("routing:variables.conversation_number") },
  ];
  const duration = (
    name: "no_answer_minutes" | "accept_minutes" | "remind_minutes" | "close_minutes",
    label: string,
    days: boolean,
  ) => (
    <Duration
      label={label}
      none={t("inactivity.never")}
      max={MONTH_MINUTES}
      days={days}
      value={values[name]}
      error={refused(name)}
      onChange={(minutes) => set({ [name]: minutes })}
    />
  );
  return (
    <>
      <Setting id={`${id}-no-answer`} label={t("inactivity.no_answer")} help={t("inactivity.no_answer_help")}>
        {duration("no_answer_minutes", t("inactivity.no_answer"), false)}
      </Setting>
      <Setting id={`${id}-accept`} label={t("inactivity.accept")} help={t("inactivity.accept_help")}>
        {duration("accept_minutes", t("inactivity.accept"), false)}
      </Setting>
      {values.accept_minutes !== null && (
        <Setting id={`${id}-accept-teams`} label={t("inactivity.in_teams")} help={t("inactivity.in_teams_help")}>
          <OnOff
            label={t("inactivity.in_teams")}
            checked={values.accept_in_teams}
            onChange={(accept_in_teams) => set({ accept_in_teams })}
          />
        </Setting>
      )}
      <Setting id={`${id}-remind`} label={t("inactivity.remind")} help={t("inactivity.remind_help")}>
        {duration("remind_minutes", t("inactivity.remind"), true)}
      </Setting>
      {values.remind_minutes !== null && (
        <Setting id={`${id}-reminder`} label={t("inactivity.reminder")} help={t("telling.own_help")} wide>
          <TranslatedText
            label={t("inactivity.reminder")}
            texts={values.reminder}
            variables={variables}
            placeholder={(language) => REMINDER[language]}
            error={(language) => refused(`reminder.${language}`) ?? refused("reminder")}
            shown={example}
            onChange={(reminder) => set({ reminder: written(reminder) })}
          />
        </Setting>
      )}
      <Setting
        id={`${id}-close`}
        label={t("inactivity.close")}
        help={t(values.remind_minutes === null ? "inactivity.close_help" : "inactivity.close_after_reminder")}
      >
        {duration("close_minutes", t("inactivity.close"), true)}
      </Setting>
      {values.close_minutes !== null && (
        <>
          <Setting id={`${id}-type`} label={t("inactivity.type")} help={t("inactivity.type_help")}>
            <Select
              aria-label={t("inactivity.type")}
              w={260}
              clearable
              searchable
              placeholder={t("inactivity.no_type")}
              value={values.closing_type_id}
              data={types.map(({ id: type, name, parent }) => ({
                value: type,
                label: parent === null ? name : `${parent} › ${name}`,
              }))}
              error={refused("closing_type_id")}
              onChange={(closing_type_id) => set({ closing_type_id })}
            />
          </Setting>
          <Setting id={`${id}-say`} label={t("inactivity.say")}>
            <OnOff
              label={t("inactivity.say")}
              checked={values.say_closing}
              onChange={(say_closing) => set({ say_closing })}
            />
          </Setting>
          {values.say_closing && (
            <Setting id={`${id}-closing`} label={t("inactivity.closing")} help={t("telling.own_help")} wide>
              <TranslatedText
                label={t("inactivity.closing")}
                texts={values.closing}
                variables={variables}
                placeholder={(language) => CLOSING[language]}
                error={(language) => refused(`closing.${language}`) ?? refused("closing")}
                shown={example}
                onChange={(closing) => set({ closing: written(closing) })}
              />
            </Setting>
          )}
        </>
      )}
      {(values.remind_minutes !== null || values.close_minutes !== null) && (
        <Setting id={`${id}-language`} label={t("language")} help={t("language_help")}>
          <LanguageSelect label={t("language")} value={values.language} onChange={(language) => set({ language })} />
        </Setting>
      )}
    </>
  );
}
