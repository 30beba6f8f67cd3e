import { MultiSelect, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { useAttendants } from "@/features/attendants";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { labelsQuery } from "@/shared/marks/catalogue";
import { Avatar } from "@/shared/ui/Avatar";
import { IconButton } from "@/shared/ui/IconButton";
import { PersonName } from "@/shared/ui/SafeText";

import type { Member } from "../../api/types";
import { MAX_LOAD } from "../../model/teams";
import { Amount } from "../fields";
import classes from "./teams.module.css";

interface Props {
  members: readonly Member[];
  useSkills: boolean;
  /** What holds for who has no limit of their own. */
  teamLimit: number | null;
  onChange: (members: Member[]) => void;
  refused: Refused;
}

/** Who is in the team, with what is their own: how many of its conversations at once, and what they are good at. */
export function Members({ members, useSkills, teamLimit, onChange, refused }: Props) {
  const { t } = useTranslation(["teams", "routing"]);
  const people = useAttendants().data ?? [];
  const inside = new Set(members.map(({ attendant_id: id }) => id));
  const offered = people.filter(({ id, active }) => active && !inside.has(id));
  const nameOf = (id: string) => people.find((one) => one.id === id)?.name ?? t("members.unknown");
  const change = (id: string, what: Partial<Member>) =>
    onChange(members.map((one) => (one.attendant_id === id ? { ...one, ...what } : one)));
  return (
    <div className={classes.members}>
      {members.length > 0 && (
        <ul aria-label={t("members.title")}>
          {members.map(({ attendant_id: id, limit, skills }, at) => {
            const name = nameOf(id);
            return (
              <li key={id} className={classes.member}>
                <Avatar id={id} name={name} size={28} />
                <span className={classes.memberName}>
                  <PersonName name={name} />
                  {people.some((one) => one.id === id && !one.active) && <small>{t("members.inactive")}</small>}
                </span>
                {useSkills && (
                  <Skills
                    name={name}
                    skills={skills}
                    onChange={(to) => change(id, { skills: to })}
                    error={refused(`members.${at}.skills`, true)}
                  />
                )}
                <Amount
                  label={t("members.limit_of", { name })}
                  unit={t("at_once")}
                  none={teamLimit === null ? t("routing:form.no_limit") : t("members.like_team", { count: teamLimit })}
                  min={1}
                  max={MAX_LOAD}
                  decimals={2}
                  value={limit}
                  error={refused(`members.${at}.limit`)}
                  onChange={(to) => change(id, { limit: to })}
                />
                <IconButton
                  label={t("members.remove", { name })}
                  onClick={() => onChange(members.filter((one) => one.attendant_id !== id))}
                >
                  <IconX size={18} stroke={1.75} aria-hidden />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
      <Select
        aria-label={t("members.add")}
        placeholder={offered.length === 0 ? t("members.all_inside") : t("members.add")}
        maw={400}
        searchable
        disabled={offered.length === 0}
        nothingFoundMessage={t("routing:form.nothing_found")}
        value={null}
        data={offered.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => id !== null && onChange([...members, { attendant_id: id, limit: null, skills: [] }])}
      />
    </div>
  );
}

interface SkillsProps {
  name: string;
  skills: readonly string[];
  onChange: (skills: string[]) => void;
  error: string | null;
}

/** Labels of customers, and languages, that somebody is good at. */
function Skills({ name, skills, onChange, error }: SkillsProps) {
  const { t } = useTranslation("teams");
  const labels = useQuery(labelsQuery).data ?? [];
  const languages = LANGUAGES.map((one) => ({ value: `language:${one.slice(0, 2)}`, label: LANGUAGE_NAMES[one] }));
  const marks = labels
    .filter(({ id, archived }) => !archived || skills.includes(`label:${id}`))
    .map(({ id, name: label }) => ({ value: `label:${id}`, label }));
  return (
    <MultiSelect
      className={classes.skills ?? ""}
      aria-label={t("skills.of", { name })}
      placeholder={skills.length === 0 ? t("skills.none") : ""}
      searchable
      value={[...skills]}
      error={error}
      data={[
        { group: t("skills.languages"), items: languages },
        ...(marks.length > 0 ? [{ group: t("skills.labels"), items: marks }] : []),
      ]}
      onChange={onChange}
    />
  );
}
