import { NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";
import { capabilitiesQuery } from "@/shared/conversations/queries";
import { ChannelMark } from "@/shared/ui/ChannelMark";

import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import type { Refused } from "../../hooks/useRefusals";
import { decimalSeparator } from "../../model/decimals";
import { MAX_WEIGHT, withWeight, type TeamValues } from "../../model/teams";
import classes from "./teams.module.css";

interface Props {
  weights: TeamValues["weights"];
  onChange: (weights: TeamValues["weights"]) => void;
  refused: Refused;
}

/** What a conversation of each kind of channel counts against the limits. */
export function Weights({ weights, onChange, refused }: Props) {
  const { t } = useTranslation("teams");
  const language = useOwnLanguage();
  const kinds = useQuery(capabilitiesQuery).data?.items ?? [];
  if (kinds.length < 2) return null;
  return (
    <Setting id="team-weights" label={t("weights.title")} help={t("weights.help")} wide>
      <ul className={classes.weights}>
        {kinds.map(({ kind, name }) => (
          <li key={kind}>
            <ChannelMark kind={kind} />
            <span>{name}</span>
            <NumberInput
              aria-label={t("weights.of", { name })}
              size="sm"
              w={84}
              min={0}
              max={MAX_WEIGHT}
              step={0.5}
              decimalScale={2}
              {...decimalSeparator(language)}
              allowNegative={false}
              clampBehavior="blur"
              value={weights[kind] ?? 1}
              error={refused(`weights.${kind}`)}
              onChange={(typed) => onChange(withWeight(weights, kind, typed === "" ? null : Number(typed)))}
            />
          </li>
        ))}
      </ul>
    </Setting>
  );
}
