import { Button, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useAttendants } from "@/features/attendants";
import { DateField } from "@/shared/time/DateField";

import { GROUP_NAMES, isFiltered, type AuditFilter, type Group } from "../model/filter";
import classes from "./audit.module.css";

interface Props {
  filter: AuditFilter;
  set: (filter: AuditFilter) => void;
}

/** By person, kind of action and days. */
export function Filters({ filter, set }: Props) {
  const { t } = useTranslation("audit");
  const { data: people } = useAttendants();
  const change = (field: keyof AuditFilter, value: string) =>
    set({ ...filter, [field]: value === "" ? undefined : value });
  return (
    <div className={classes.filters} role="group" aria-label={t("filters")}>
      <NativeSelect
        label={t("who")}
        value={filter.actor ?? ""}
        onChange={({ currentTarget }) => change("actor", currentTarget.value)}
        data={[
          { value: "", label: t("anyone") },
          ...(people ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <NativeSelect
        label={t("what")}
        value={filter.group ?? ""}
        onChange={({ currentTarget }) => change("group", currentTarget.value)}
        data={[
          { value: "", label: t("anything") },
          ...GROUP_NAMES.map((group: Group) => ({ value: group, label: t(`group.${group}`) })),
        ]}
      />
      <DateField label={t("from")} max={filter.to} value={filter.from ?? ""} onChange={(day) => change("from", day)} />
      <DateField label={t("to")} min={filter.from} value={filter.to ?? ""} onChange={(day) => change("to", day)} />
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={() => set({})}>
          {t("clear")}
        </Button>
      )}
    </div>
  );
}
