import { Radio } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { STRATEGIES, type Strategy } from "../../api/types";
import classes from "./teams.module.css";

interface Props {
  strategy: Strategy;
  onChange: (strategy: Strategy) => void;
}

/** Who gets the next conversation, each way with a line that says what it does. */
export function StrategyChoice({ strategy, onChange }: Props) {
  const { t } = useTranslation("teams");
  return (
    <Radio.Group aria-label={t("strategy.title")} value={strategy} onChange={(value) => onChange(value)}>
      <div className={classes.choices}>
        {STRATEGIES.map((one) => (
          <Radio.Card key={one} value={one} className={classes.choice ?? ""}>
            <Radio.Indicator />
            <span>
              <b>{t(`strategy.${one}`)}</b>
              <small>{t(`strategy.${one}_help`)}</small>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
