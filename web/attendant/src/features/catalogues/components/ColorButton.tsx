import { Popover, UnstyledButton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { colorOf } from "@/shared/marks/MarkChip";
import { PALETTE } from "@/shared/marks/palette";

import classes from "./catalogues.module.css";

interface Props {
  color: string;
  /** What it is the colour of. */
  label: string;
  onChoose: (color: string) => void;
}

/** The colour of a tag or label, chosen from a fixed palette that is seen in both themes. */
export function ColorButton({ color, label, onChoose }: Props) {
  const { t } = useTranslation("marks");
  const [opened, setOpened] = useState(false);
  const current = PALETTE.find((one) => one.color === color.toLowerCase());
  const name = current ? t(`color.${current.name}`) : t("color.other");
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.colorButton}
          style={colorOf(color)}
          aria-label={`${label}: ${name}`}
          title={name}
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.swatch} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <div className={classes.palette} role="radiogroup" aria-label={label}>
          {PALETTE.map((one) => (
            <UnstyledButton
              key={one.name}
              role="radio"
              aria-checked={one === current}
              aria-label={t(`color.${one.name}`)}
              title={t(`color.${one.name}`)}
              className={classes.colorChoice}
              style={colorOf(one.color)}
              data-autofocus={one === current || undefined}
              onClick={() => {
                setOpened(false);
                if (one !== current) onChoose(one.color);
              }}
            >
              <span className={classes.swatch} aria-hidden>
                {one === current && <IconCheck size={14} stroke={3} />}
              </span>
            </UnstyledButton>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
