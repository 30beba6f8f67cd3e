import { useTranslation } from "react-i18next";

import type { RuleCondition } from "../api/types";
import { does, type RuleValues } from "../model/rules";
import { useNames } from "./useNames";
import { useOwnLanguage } from "./useOwnLanguage";

const SHOWN = 3;

export interface RuleWords {
  /** "Se o canal é WhatsApp e o cliente escreve “boleto”" */
  when: string;
  /** "equipe Vendas, prioridade Alta" */
  then: string;
}

/** A rule as a sentence. */
export function useRuleWords(): (rule: RuleValues) => RuleWords {
  const { t } = useTranslation("rules");
  const names = useNames();
  const language = useOwnLanguage();
  const or = new Intl.ListFormat(language, { type: "disjunction" });

  const valueOf = ({ about, values }: RuleCondition) => {
    const words = values.map((value) => {
      if (about === "word" || about === "field") return `“${value}”`;
      if (about === "hours") return t(`hours.${value as "inside"}`);
      if (about === "customer") return t(`customer.${value as "new"}`);
      return names.nameOf(about, value);
    });
    const shown = words.length > SHOWN ? [...words.slice(0, SHOWN), t("more", { count: words.length - SHOWN })] : words;
    return or.format(shown);
  };
  const condition = (one: RuleCondition) =>
    t(one.negated ? `denies.${one.about}` : `says.${one.about}`, {
      value: valueOf(one),
      field: one.field === null ? "" : names.nameOf("field", one.field),
    });

  return (rule) => {
    const conditions = rule.conditions.map(condition);
    const joined = new Intl.ListFormat(language, { type: rule.match === "all" ? "conjunction" : "disjunction" });
    const deeds = [
      ...(rule.team_id === null ? [] : [t("does.team", { name: names.nameOf("team", rule.team_id) })]),
      ...(rule.attendant_id === null
        ? []
        : [t("does.attendant", { name: names.nameOf("attendant", rule.attendant_id) })]),
      ...(rule.priority === null ? [] : [t("does.priority", { name: names.nameOf("priority", rule.priority) })]),
      ...(rule.type_id === null ? [] : [t("does.type", { name: names.nameOf("type", rule.type_id) })]),
      ...rule.label_ids.map((id) => t("does.label", { name: names.nameOf("label", id) })),
    ];
    return {
      when: conditions.length === 0 ? t("always") : t("if", { conditions: joined.format(conditions) }),
      then: does(rule) ? deeds.join(", ") : t("does.nothing"),
    };
  };
}
