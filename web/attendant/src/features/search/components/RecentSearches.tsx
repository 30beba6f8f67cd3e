import { UnstyledButton } from "@mantine/core";
import { IconHistory, IconX } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { IconButton } from "@/shared/ui/IconButton";

import { forgetRecent, recentOf } from "../model/recent";
import classes from "./SearchResults.module.css";

interface Props {
  onChoose: (q: string) => void;
}

/** What the attendant searched for last, in this browser; nothing where there is none. */
export function RecentSearches({ onChoose }: Props) {
  const { t } = useTranslation("search");
  const me = useMe().id;
  const [recent, setRecent] = useState(() => recentOf(me));
  if (recent.length === 0) return null;
  return (
    <div role="group" aria-label={t("recent.label")} onKeyDown={moveFocus}>
      <div className={classes.recent}>
        {t("recent.label")}
        <IconButton
          size={24}
          label={t("recent.clear")}
          onClick={() => {
            forgetRecent(me);
            setRecent([]);
          }}
        >
          <IconX size={14} stroke={1.75} />
        </IconButton>
      </div>
      {recent.map((q) => (
        <UnstyledButton key={q} className={classes.recentEntry} data-recent="" onClick={() => onChoose(q)}>
          <IconHistory size={16} stroke={1.75} aria-hidden />
          <bdi>{neutralName(q)}</bdi>
        </UnstyledButton>
      ))}
    </div>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-recent]")];
  const at = entries.findIndex((one) => one === document.activeElement);
  entries[Math.min(Math.max(at + step, 0), entries.length - 1)]?.focus();
  event.preventDefault();
}
