import { Popover, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import { TextBody } from "../body/TextBody";
import classes from "./message.module.css";

/** That a message was changed, when, and what it said before. */
export function Edited({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const style = useTimeStyle();
  const { earlier, edited_at: at } = message;
  if (!at) return null;
  const when = exactTime(at, style);
  if (earlier.length === 0) {
    return (
      <span className={classes.edited} title={when}>
        {t("edited")}
      </span>
    );
  }
  return (
    <Popover position="top" withinPortal trapFocus returnFocus width={320}>
      <Popover.Target>
        <UnstyledButton className={classes.edited} data-history title={`${when} · ${t("earlier.show")}`}>
          {t("edited")}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("earlier.title")}>
        <ul className={classes.earlier} tabIndex={0}>
          {earlier.map(({ text, until }) => (
            <li key={until}>
              <small>{exactTime(until, style)}</small>
              <TextBody text={text} />
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
