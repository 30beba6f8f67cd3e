import { Button, Menu, MultiSelect, Select, TagsInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { IconButton } from "@/shared/ui/IconButton";

import { ABOUT, type About, type RuleCondition } from "../../api/types";
import type { Choice, Names } from "../../hooks/useNames";
import { hasTwo, isTyped, MAX_CONDITIONS, MAX_VALUES, newCondition } from "../../model/rules";
import classes from "./rules.module.css";

interface Props {
  conditions: readonly RuleCondition[];
  /** Which of them lack something. */
  wrong: ReadonlySet<number>;
  names: Names;
  refused: Refused;
  onChange: (conditions: RuleCondition[]) => void;
}

/** What must be true: one line for each condition. */
export function Conditions({ conditions, wrong, names, refused, onChange }: Props) {
  const { t } = useTranslation("rules");
  const change = (at: number, what: Partial<RuleCondition>) =>
    onChange(conditions.map((one, place) => (place === at ? { ...one, ...what } : one)));
  return (
    <div>
      {conditions.length > 0 && (
        <ul className={classes.conditions}>
          {conditions.map((condition, at) => (
            <li key={at}>
              <ConditionFields
                condition={condition}
                missing={wrong.has(at)}
                names={names}
                error={refused(`conditions.${at}`, true)}
                onChange={(what) => change(at, what)}
              />
              <IconButton
                label={t("conditions.remove", { name: t(`about.${condition.about}`) })}
                onClick={() => onChange(conditions.filter((_, place) => place !== at))}
              >
                <IconX size={18} stroke={1.75} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Menu position="bottom-start" width={260} returnFocus>
        <Menu.Target>
          <Button
            size="sm"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={conditions.length >= MAX_CONDITIONS}
          >
            {t("conditions.add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
          {ABOUT.map((about) => (
            <Menu.Item key={about} onClick={() => onChange([...conditions, newCondition(about)])}>
              {t(`about.${about}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

interface FieldsProps {
  condition: RuleCondition;
  missing: boolean;
  names: Names;
  error: string | null;
  onChange: (what: Partial<RuleCondition>) => void;
}

const OPPOSITE: Record<string, string> = {
  inside: "outside",
  outside: "inside",
  new: "returning",
  returning: "new",
};

/** What is asked for where there are two possibilities: "not inside" is "outside". */
function oneOfTwo({ values, negated }: RuleCondition): string | null {
  const value = values[0] ?? null;
  return negated && value !== null ? (OPPOSITE[value] ?? value) : value;
}

function ConditionFields({ condition, missing, names, error, onChange }: FieldsProps) {
  const { t } = useTranslation(["rules", "routing"]);
  const { about, values, field, negated } = condition;
  const label = t(`about.${about}`);
  const valueError = missing && values.length === 0 ? t("conditions.empty") : error;
  return (
    <div className={classes.condition}>
      <span className={classes.about}>{label}</span>
      {about === "field" && (
        <Select
          aria-label={t("conditions.field")}
          placeholder={t("conditions.field")}
          w={180}
          searchable
          value={field}
          data={names.fields}
          error={missing && !field ? t("conditions.no_field") : null}
          onChange={(key) => onChange({ field: key })}
        />
      )}
      {!hasTwo(about) && (
        <Select
          aria-label={t("conditions.how", { name: label })}
          w={132}
          allowDeselect={false}
          value={negated ? "not" : "is"}
          data={(["is", "not"] as const).map((value) => ({
            value,
            label: t(about === "word" ? `conditions.word_${value}` : `conditions.${value}`),
          }))}
          onChange={(how) => onChange({ negated: how === "not" })}
        />
      )}
      {isTyped(about) ? (
        <TagsInput
          className={classes.values ?? ""}
          aria-label={label}
          placeholder={values.length === 0 ? t(about === "word" ? "conditions.words" : "conditions.values") : ""}
          maxTags={MAX_VALUES}
          maxLength={60}
          acceptValueOnBlur
          value={values}
          error={valueError}
          onChange={(to) => onChange({ values: to })}
        />
      ) : hasTwo(about) ? (
        <Select
          className={classes.values ?? ""}
          aria-label={label}
          allowDeselect={false}
          value={oneOfTwo(condition)}
          data={
            about === "hours"
              ? (["inside", "outside"] as const).map((value) => ({ value, label: t(`hours.${value}`) }))
              : (["new", "returning"] as const).map((value) => ({ value, label: t(`customer.${value}`) }))
          }
          error={valueError}
          onChange={(value) => value !== null && onChange({ values: [value], negated: false })}
        />
      ) : (
        <MultiSelect
          className={classes.values ?? ""}
          aria-label={label}
          placeholder={values.length === 0 ? t("conditions.choose") : ""}
          searchable
          maxValues={MAX_VALUES}
          nothingFoundMessage={t("routing:form.nothing_found")}
          value={values}
          data={[...choicesOf(about, names), ...unknown()]}
          error={valueError}
          onChange={(to) => onChange({ values: to })}
        />
      )}
    </div>
  );

  /** What was chosen and is gone since, so that it can be taken off. */
  function unknown(): Choice[] {
    const known = new Set(choicesOf(about, names).map(({ value }) => value));
    return values.filter((value) => !known.has(value)).map((value) => ({ value, label: t("routing:form.gone") }));
  }
}

function choicesOf(about: About, names: Names): readonly Choice[] {
  const choices: Partial<Record<About, readonly Choice[]>> = {
    channel: names.channels,
    account: names.accounts,
    label: names.labels,
    type: names.types,
    language: names.languages,
    priority: names.priorities,
    team: names.teams,
  };
  return choices[about] ?? [];
}
