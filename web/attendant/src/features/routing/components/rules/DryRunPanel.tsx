import { Button, SegmentedControl, Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RelativeTime } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PersonName } from "@/shared/ui/SafeText";

import { useDryRun, type DryRun, type Outcome, type Told } from "../../api/rules";
import { useNames, type Names } from "../../hooks/useNames";
import { PAST, UNSAVED, type DraftRule } from "../../model/rules";
import { Circles } from "./Circles";
import classes from "./rules.module.css";

interface Props {
  /** The rules as they would be, in their order. */
  drafts: readonly DraftRule[];
  /** Which one is edited: it is told apart. Null: a new one. Undefined: none. */
  focus?: string | null;
  /** Whether they could be saved. */
  ready?: boolean;
}

const AT_FIRST = 100;

/** What the rules would have done with the last conversations, before anything is saved. */
export function DryRunPanel({ drafts, focus, ready = true }: Props) {
  const { t } = useTranslation("rules");
  const [last, setLast] = useState<number>(PAST[1]);
  const run = useDryRun();
  const asked = run.variables;
  const stale = asked !== undefined && (asked.last !== last || JSON.stringify(asked.rules) !== JSON.stringify(drafts));
  return (
    <div className={classes.dry} role="group" aria-label={t("dry.title")}>
      <div className={classes.dryHead}>
        <span id="dry-last">{t("dry.last")}</span>
        <SegmentedControl
          size="sm"
          aria-labelledby="dry-last"
          value={String(last)}
          data={PAST.map((count) => ({ value: String(count), label: String(count) }))}
          onChange={(count) => setLast(Number(count))}
        />
        <Button
          size="sm"
          variant="light"
          loading={run.isPending}
          disabled={!ready}
          onClick={() => run.mutate({ rules: drafts, last })}
        >
          {t(stale ? "dry.again" : "dry.run")}
        </Button>
        {!ready && <small>{t("dry.not_ready")}</small>}
        {ready && stale && !run.isPending && <small>{t("dry.stale")}</small>}
      </div>
      {run.error && <ErrorState error={run.error} compact />}
      {run.data !== undefined && <Result found={run.data} drafts={drafts} focus={focus} />}
    </div>
  );
}

function Result({ found, drafts, focus }: { found: DryRun; drafts: readonly DraftRule[]; focus: Props["focus"] }) {
  const { t } = useTranslation("rules");
  const names = useNames();
  const { summary, items, warnings } = found;
  const [all, setAll] = useState(false);
  const [count, setCount] = useState(AT_FIRST);
  if (summary.looked_at === 0) return <p className={classes.muted}>{t("dry.none")}</p>;
  const shown = all ? items : items.filter(({ differs }) => differs);
  const edited = focus === null ? UNSAVED : focus;
  return (
    <div className={classes.result} role="status">
      <p className={classes.headline}>
        <b>{summary.differing === 0 ? t("dry.none_differing") : t("dry.differing", { count: summary.differing })}</b>{" "}
        {t("dry.of", { count: summary.looked_at })}
        {summary.unmatched > 0 && ` ${t("dry.unmatched", { count: summary.unmatched })}`}
      </p>
      <Circles warnings={warnings} rules={drafts} />
      <div className={classes.bars}>
        <Bars
          title={t("dry.by_rule")}
          rows={summary.by_rule.map(({ id, count: times }) => ({
            id,
            name: drafts.find((one) => one.id === id)?.name ?? id,
            count: times,
            lit: id === edited,
          }))}
          of={summary.looked_at}
        />
        <Bars
          title={t("dry.by_team")}
          rows={summary.by_team.map(({ team_id: team, count: times, happened_count: before }) => ({
            id: team ?? "none",
            name: team === null ? t("dry.no_team") : names.nameOf("team", team),
            count: times,
            note: before === times ? t("dry.as_before") : t("dry.before", { count: before }),
          }))}
          of={summary.looked_at}
        />
      </div>
      <div className={classes.dryHead}>
        <Switch
          label={t("dry.show_all")}
          checked={all}
          onChange={({ currentTarget: { checked } }) => setAll(checked)}
        />
      </div>
      {shown.length === 0 ? (
        <p className={classes.muted}>{t("dry.same")}</p>
      ) : (
        <Conversations told={shown.slice(0, count)} names={names} drafts={drafts} />
      )}
      {shown.length > count && (
        <Button size="sm" variant="subtle" onClick={() => setCount(count + AT_FIRST)}>
          {t("dry.more", { count: Math.min(AT_FIRST, shown.length - count) })}
        </Button>
      )}
    </div>
  );
}

interface Row {
  id: string;
  name: string;
  count: number;
  note?: string;
  lit?: boolean;
}

/** Counts as bars from zero, each with its number. */
function Bars({ title, rows, of }: { title: string; rows: readonly Row[]; of: number }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {rows.map(({ id, name, count, note, lit }) => (
          <li key={id} data-lit={lit || undefined}>
            <span className={classes.barName}>
              <bdi>{name}</bdi>
              <span>
                {count}
                {note !== undefined && <small> {note}</small>}
              </span>
            </span>
            <span className={classes.bar} aria-hidden>
              <i style={{ width: `${of === 0 ? 0 : (count / of) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ListProps {
  told: readonly Told[];
  names: Names;
  drafts: readonly DraftRule[];
}

/** The conversations: what happened, and what would have. */
function Conversations({ told, names, drafts }: ListProps) {
  const { t } = useTranslation("rules");
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("dry.table")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("dry.conversation")}</th>
            <th scope="col">{t("dry.happened")}</th>
            <th scope="col">{t("dry.would")}</th>
          </tr>
        </thead>
        <tbody>
          {told.map((one) => (
            <tr key={one.conversation_id} data-differs={one.differs || undefined}>
              <td>
                <Link to={`/inbox/all/${one.conversation_id}`} target="_blank" rel="noopener">
                  {one.contact_name ? <PersonName name={one.contact_name} /> : `#${one.number}`}
                </Link>
                <small>
                  <RelativeTime at={one.opened_at} />
                </small>
              </td>
              <td>{outcome(one.happened)}</td>
              <td>
                {one.rule_ids.length === 0 ? t("dry.no_rule") : changes(one)}
                {one.rule_ids.length > 0 && (
                  <small>
                    {one.rule_ids.map((id) => drafts.find((rule) => rule.id === id)?.name ?? id).join(", ")}
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

  function outcome({
    team_id: team,
    attendant_id: attendant,
    priority,
    type_id: type,
    label_ids: labels,
  }: Outcome): string {
    const words = [
      ...(team === null ? [] : [names.nameOf("team", team)]),
      ...(attendant === null ? [] : [names.nameOf("attendant", attendant)]),
      ...(priority === null || priority === "normal" ? [] : [names.nameOf("priority", priority)]),
      ...(type === null ? [] : [names.nameOf("type", type)]),
      ...labels.map((id) => names.nameOf("label", id)),
    ];
    return words.length === 0 ? t("dry.nothing") : words.join(" · ");
  }

  /** What the rules say of it; where that is what happened, it says so. */
  function changes({ would, differs }: Told): string {
    return differs ? outcome(would) : t("dry.the_same");
  }
}
