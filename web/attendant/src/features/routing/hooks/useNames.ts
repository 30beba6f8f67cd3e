/** What ids of a rule or a target stand for, and what can be chosen. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useAttendants } from "@/features/attendants";
import { useChannels } from "@/features/channels";
import { useFields } from "@/features/fields";
import { PRIORITIES } from "@/shared/conversations/filter";
import { capabilitiesQuery } from "@/shared/conversations/queries";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { labelsQuery, useTypeChoices, useTypes } from "@/shared/marks/catalogue";

import { useItems } from "../api/items";

export interface Choice {
  value: string;
  label: string;
}

export interface Names {
  teams: readonly Choice[];
  /** Those who can sign in. */
  attendants: readonly Choice[];
  accounts: readonly Choice[];
  channels: readonly Choice[];
  labels: readonly Choice[];
  types: readonly Choice[];
  fields: readonly Choice[];
  priorities: readonly Choice[];
  languages: readonly Choice[];
  /** By what a condition is about. */
  nameOf: (what: Named, id: string) => string;
}

export type Named = "team" | "attendant" | "account" | "channel" | "label" | "type" | "field" | "priority" | "language";

export function useNames(): Names {
  const { t } = useTranslation(["rules", "routing"]);
  const teams = (useItems("teams").data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const people = useAttendants().data ?? [];
  const attendants = people.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }));
  const accounts = (useChannels().data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const channels = (useQuery(capabilitiesQuery).data?.items ?? []).map(({ kind, name }) => ({
    value: kind,
    label: name,
  }));
  const allLabels = useQuery(labelsQuery).data ?? [];
  const labels = allLabels.filter(({ archived }) => !archived).map(({ id, name }) => ({ value: id, label: name }));
  const allTypes = useTypes() ?? [];
  const types = (useTypeChoices() ?? []).map(({ id, name, parent }) => ({
    value: id,
    label: parent === null ? name : `${parent} › ${name}`,
  }));
  const fields = (useFields().data ?? []).map(({ key, label }) => ({ value: key, label }));
  const priorities = PRIORITIES.map((value) => ({ value: value, label: t(`routing:priority.${value}`) }));
  const languages = LANGUAGES.map((value) => ({ value: value, label: LANGUAGE_NAMES[value] }));
  const known: Record<Named, readonly Choice[]> = {
    team: teams,
    attendant: people.map(({ id, name }) => ({ value: id, label: name })),
    account: accounts,
    channel: channels,
    label: allLabels.map(({ id, name }) => ({ value: id, label: name })),
    type: [...types, ...allTypes.map(({ id, name }) => ({ value: id, label: name }))],
    field: fields,
    priority: priorities,
    language: languages,
  };
  return {
    teams,
    attendants,
    accounts,
    channels,
    labels,
    types,
    fields,
    priorities,
    languages,
    nameOf: (what, id) => known[what].find(({ value }) => value === id)?.label ?? t("routing:form.gone"),
  };
}
