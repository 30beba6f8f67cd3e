import { Switch } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useToggleReply, type AutomaticReply } from "../api/automatic";
import classes from "./automatic.module.css";
import { usePeriodName } from "./usePeriodName";

interface Props {
  reply: AutomaticReply;
  mayManage: boolean;
  edit: () => void;
  /** Undefined: it is the first one. */
  up: (() => void) | undefined;
  /** Undefined: it is the last one. */
  down: (() => void) | undefined;
}

/** One rule: whether it is on, when it speaks and what it says. */
export function ReplyRow({ reply, mayManage, edit, up, down }: Props) {
  const { t } = useTranslation("automatic");
  const toggle = useToggleReply();
  const problemText = useProblemText();
  const periodName = usePeriodName();
  const { id, name, enabled, trigger, words, when, period_hours: period, text } = reply;
  const facts = [
    trigger === "keyword" ? t("summary.keyword", { words: words.join(", ") }) : t(`trigger.${trigger}`),
    ...(when === "always" ? [] : [t(`summary.${when}`)]),
    ...(period ? [periodName(period)] : []),
  ];
  const set = (to: boolean) =>
    toggle.mutate(
      { id, enabled: to },
      { onError: (refusal) => notifyFailed(t("failed"), problemText(refusal).text, problemText(refusal).code) },
    );
  return (
    <li className={classes.row} data-off={!enabled || undefined}>
      <Switch
        aria-label={t("toggle", { name })}
        disabled={!mayManage}
        checked={toggle.isPending ? toggle.variables.enabled : enabled}
        onChange={({ currentTarget: { checked } }) => set(checked)}
      />
      <div className={classes.words}>
        <span className={classes.name}>
          <bdi>{name}</bdi>
        </span>
        <small>{facts.join(" · ")}</small>
        <bdi dir="auto" className={classes.said}>
          {text}
        </bdi>
      </div>
      {mayManage && (
        <span className={classes.buttons}>
          {up ? (
            <IconButton label={t("up", { name })} onClick={up}>
              <IconArrowUp size={18} stroke={1.75} aria-hidden />
            </IconButton>
          ) : (
            <span className={classes.gap} />
          )}
          {down ? (
            <IconButton label={t("down", { name })} onClick={down}>
              <IconArrowDown size={18} stroke={1.75} aria-hidden />
            </IconButton>
          ) : (
            <span className={classes.gap} />
          )}
          <IconButton label={t("edit_named", { name })} onClick={edit}>
            <IconPencil size={18} stroke={1.75} aria-hidden />
          </IconButton>
        </span>
      )}
    </li>
  );
}
