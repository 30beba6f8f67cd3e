import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Refused, Setting } from "@/features/settings";
import { capabilitiesQuery } from "@/shared/conversations/queries";
import { ChannelMark } from "@/shared/ui/ChannelMark";

import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { decimalSeparator } from "../../model/decimals";
import { MAX_LOAD, MAX_WEIGHT, withAmount, withWeight, type TeamValues } from "../../model/teams";
import classes from "./teams.module.css";

type Amounts = TeamValues["weights"];

interface Props {
  weights: Amounts;
  onChange: (weights: Amounts) => void;
  refused: Refused;
}

/** What a conversation of each kind of channel counts against the limits. */
export function Weights({ weights, onChange, refused }: Props) {
  const { t } = useTranslation("teams");
  return (
    <PerChannel
      id="team-weights"
      title={t("weights.title")}
      help={t("weights.help")}
      of={(name) => t("weights.of", { name })}
      input={(kind) => ({ min: 0, max: MAX_WEIGHT, step: 0.5, decimalScale: 2, value: weights[kind] ?? 1 })}
      error={(kind) => refused(`weights.${kind}`)}
      onChange={(kind, weight) => onChange(withWeight(weights, kind, weight))}
    />
  );
}

interface LimitProps {
  limits: Amounts;
  onChange: (limits: Amounts) => void;
  refused: Refused;
}

/** How many conversations of each kind of channel one attendant has at most. */
export function ChannelLimits({ limits, onChange, refused }: LimitProps) {
  const { t } = useTranslation("teams");
  return (
    <PerChannel
      id="team-channel-limits"
      title={t("channel_limits.title")}
      help={t("channel_limits.help")}
      of={(name) => t("channel_limits.of", { name })}
      input={(kind) => ({ min: 1, max: MAX_LOAD, allowDecimal: false, placeholder: "—", value: limits[kind] ?? "" })}
      error={(kind) => refused(`channel_limits.${kind}`)}
      onChange={(kind, most) => onChange(withAmount(limits, kind, most))}
    />
  );
}

interface PerChannelProps {
  id: string;
  title: string;
  help: string;
  of: (name: string) => string;
  input: (kind: keyof Amounts) => NumberInputProps;
  error: (kind: keyof Amounts) => string | null;
  onChange: (kind: keyof Amounts, amount: number | null) => void;
}

/** A number for each kind of channel that the company can have. */
function PerChannel({ id, title, help, of, input, error, onChange }: PerChannelProps) {
  const language = useOwnLanguage();
  const kinds = useQuery(capabilitiesQuery).data?.items ?? [];
  if (kinds.length < 2) return null;
  return (
    <Setting id={id} label={title} help={help} wide>
      <ul className={classes.weights}>
        {kinds.map(({ kind, name }) => (
          <li key={kind}>
            <ChannelMark kind={kind} />
            <span>{name}</span>
            <NumberInput
              aria-label={of(name)}
              size="sm"
              w={84}
              {...decimalSeparator(language)}
              allowNegative={false}
              clampBehavior="blur"
              {...input(kind)}
              error={error(kind)}
              onChange={(typed) => onChange(kind, typed === "" ? null : Number(typed))}
            />
          </li>
        ))}
      </ul>
    </Setting>
  );
}
