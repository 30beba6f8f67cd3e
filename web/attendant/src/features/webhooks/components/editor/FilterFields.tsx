import { MultiSelect, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { capabilitiesQuery } from "@/shared/conversations/queries";
import { labelsQuery, useTypeChoices } from "@/shared/marks/catalogue";
import { useTeams } from "@/shared/routing/teams";

import type { Filters, Preview } from "../../api/types";
import { LIMITS } from "../../model/draft";
import classes from "./editor.module.css";

interface FilterProps {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

/** Of which channels, teams, labels and types: one of each kind that is given. */
export function FilterFields({ filters, onChange }: FilterProps) {
  const { t } = useTranslation("webhooks");
  const channels = useQuery(capabilitiesQuery).data?.items ?? [];
  const labels = (useQuery(labelsQuery).data ?? []).filter(({ archived }) => !archived);
  const types = useTypeChoices() ?? [];
  const named = (items: readonly { id: string; name: string }[]) =>
    items.map(({ id, name }) => ({ value: id, label: name }));
  const choices = {
    channel: channels.map(({ kind, name }) => ({ value: kind, label: name })),
    team_id: named(useTeams()),
    label: named(labels),
    type_id: types.map(({ id, name, parent }) => ({
      value: id,
      label: parent === null ? name : `${parent} › ${name}`,
    })),
  };
  return (
    <div className={classes.grid}>
      {(Object.keys(choices) as (keyof Filters)[]).map((kind) => (
        <MultiSelect
          key={kind}
          label={t(`filters.${kind}`)}
          placeholder={filters[kind].length === 0 ? t("filters.any") : ""}
          searchable
          clearable
          nothingFoundMessage={t("filters.none")}
          value={filters[kind]}
          data={withGone(choices[kind], filters[kind], t("filters.gone"))}
          onChange={(values) => onChange({ ...filters, [kind]: values })}
        />
      ))}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
}

/** What is chosen stays in sight when it is not there any more. */
function withGone(choices: readonly Choice[], chosen: readonly string[], gone: string): Choice[] {
  const missing = chosen.filter((id) => !choices.some(({ value }) => value === id));
  return [...choices, ...missing.map((value) => ({ value, label: gone }))];
}

interface ExpressionProps {
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

const EXAMPLES = [
  ["data.message.kind == 'text'", "kind"],
  ["data.message.text.matches('(?i)boleto|fatura')", "word"],
  ["data.conversation.priority in ['high', 'urgent']", "priority"],
  ["has(data.conversation.team) && size(data.conversation.contact.labels) > 0", "has"],
] as const;

/** A condition in CEL, for what the lists above cannot say. */
export function ExpressionField({ value, error, onChange }: ExpressionProps) {
  const { t } = useTranslation("webhooks");
  return (
    <div>
      <Textarea
        mt="md"
        label={t("expression.title")}
        description={t("expression.text")}
        placeholder="data.message.kind == 'text'"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LIMITS.expression}
        spellCheck={false}
        classNames={{ input: classes.code ?? "" }}
        value={value}
        error={error}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <details className={classes.help}>
        <summary>{t("expression.help")}</summary>
        <dl>
          {EXAMPLES.map(([expression, words]) => (
            <div key={words} style={{ display: "contents" }}>
              <dt>{expression}</dt>
              <dd>{t(`expression.example.${words}`)}</dd>
            </div>
          ))}
        </dl>
        <p>{t("expression.more")}</p>
      </details>
    </div>
  );
}

interface CountProps {
  preview: Preview | undefined;
  ready: boolean;
  failed: boolean;
}

/** How many of the latest events would have been sent. */
export function MatchCount({ preview, ready, failed }: CountProps) {
  const { t } = useTranslation("webhooks");
  const { examined, matched } = preview ?? { examined: 0, matched: 0 };
  const words = !ready
    ? t("matched.not_ready")
    : failed
      ? t("matched.failed")
      : preview === undefined
        ? t("matched.counting")
        : preview.mistakes.length > 0
          ? t("matched.mistakes")
          : examined === 0
            ? t("matched.no_events")
            : null;
  return (
    <div className={classes.count} role="status">
      {words ?? (
        <>
          <b>{t("matched.count", { count: matched })}</b> {t("matched.of", { count: examined })}
          <span className={classes.bar} aria-hidden>
            <i style={{ width: `${(matched / examined) * 100}%` }} />
          </span>
        </>
      )}
    </div>
  );
}
