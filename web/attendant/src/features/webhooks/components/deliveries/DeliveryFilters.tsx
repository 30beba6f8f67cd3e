import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { DateField } from "@/shared/time/DateField";

import { useEventTypes } from "../../api/endpoints";
import { isFiltered, STATES, type DeliveryFilter } from "../../model/deliveries";
import { nameOf } from "../../model/deliveriesNames";
import type { Endpoint } from "../../api/ledgerTypes";
import classes from "./deliveries.module.css";

const TYPED_MS = 400;

interface Props {
  webhookId: string | null;
  filter: DeliveryFilter;
  webhooks: readonly Endpoint[];
  choose: (webhookId: string | null) => void;
  change: (field: keyof DeliveryFilter, value: string | undefined) => void;
  clear: () => void;
}

/** By webhook, state, type, days and id. */
export function DeliveryFilters({ webhookId, filter, webhooks, choose, change, clear }: Props) {
  const { t } = useTranslation("deliveries");
  const { data: types } = useEventTypes();
  const known = types?.map(({ type }) => type) ?? [];
  const shown = filter.type === undefined || known.includes(filter.type) ? known : [...known, filter.type];
  return (
    <div className={classes.filters} role="group" aria-label={t("filters")}>
      <NativeSelect
        label={t("webhook")}
        value={webhookId ?? ""}
        onChange={({ currentTarget }) => choose(currentTarget.value === "" ? null : currentTarget.value)}
        data={[
          { value: "", label: t("all_webhooks") },
          ...webhooks.map((one) => ({ value: one.id, label: nameOf(one) })),
        ]}
      />
      <NativeSelect
        label={t("state_label")}
        value={filter.state ?? ""}
        onChange={({ currentTarget }) => change("state", currentTarget.value)}
        data={[
          { value: "", label: t("all_states") },
          ...STATES.map((state) => ({ value: state, label: t(`state.${state}`) })),
        ]}
      />
      <NativeSelect
        label={t("type")}
        value={filter.type ?? ""}
        onChange={({ currentTarget }) => change("type", currentTarget.value)}
        data={[{ value: "", label: t("all_types") }, ...shown]}
      />
      <DateField label={t("from")} max={filter.to} value={filter.from ?? ""} onChange={(day) => change("from", day)} />
      <DateField label={t("to")} min={filter.from} value={filter.to ?? ""} onChange={(day) => change("to", day)} />
      <IdField value={filter.q ?? ""} change={(q) => change("q", q)} />
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </div>
  );
}

/** An id is pasted or typed: it is asked for when somebody stops. */
function IdField({ value, change }: { value: string; change: (value: string) => void }) {
  const { t } = useTranslation("deliveries");
  const [typed, setTyped] = useState(value);
  const [from, setFrom] = useState(value);
  const latest = useRef(change);
  useEffect(() => {
    latest.current = change;
  });
  if (from !== value) {
    setFrom(value);
    if (typed.trim() !== value) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => latest.current(typed.trim()), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <TextInput
      type="search"
      label={t("id")}
      placeholder={t("id_text")}
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}
