import { Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconClockHour4, IconLock, IconWorld } from "@tabler/icons-react";
import { useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { DraftMode } from "@/shared/conversations/drafts";
import { toMs } from "@/shared/time/format";
import { Countdown, useNowNear } from "@/shared/time/times";
import { TooltipText } from "@/shared/ui/IconButton";

import type { WindowState } from "../model/replyWindow";
import classes from "./composer.module.css";

interface Props {
  mode: DraftMode;
  onMode: (mode: DraftMode) => void;
  window: WindowState;
  expiresAt: string | null;
  hasWindow: boolean;
  /** Until when rules and bots may answer too, where people may for longer. */
  freeUntil: string | null;
  templates: boolean;
  isPublic: boolean;
}

const MODES = ["reply", "note"] as const;
const ICONS = { reply: IconArrowBackUp, note: IconLock };
const KEYS = { reply: "r", note: "n" };

/** To whom one writes, and until when the customer can be answered. */
export function ModeBar({ mode, onMode, window, expiresAt, hasWindow, freeUntil, templates, isPublic }: Props) {
  const now = useNowNear(freeUntil);
  const people = freeUntil !== null && toMs(freeUntil) <= now;
  const { t } = useTranslation("composer");
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    group.current?.querySelector<HTMLElement>("[aria-checked=false]")?.focus();
  };
  return (
    <div className={classes.modeBar}>
      <div role="radiogroup" aria-label={t("mode.label")} className={classes.modes} ref={group} onKeyDown={onKeyDown}>
        {MODES.map((one) => {
          const Icon = isPublic && one === "reply" ? IconWorld : ICONS[one];
          const name = t(isPublic && one === "reply" ? "public.hint" : `mode.${one}`);
          return (
            <Tooltip key={one} label={<TooltipText text={name} keys={KEYS[one]} />}>
              <button
                type="button"
                role="radio"
                aria-checked={mode === one}
                tabIndex={mode === one ? 0 : -1}
                className={classes.mode}
                onClick={() => onMode(one)}
              >
                <Icon size={16} aria-hidden="true" />
                {name}
              </button>
            </Tooltip>
          );
        })}
      </div>
      {mode === "note" ? (
        <span className={classes.modeHint}>{t("mode.note_seen_by")}</span>
      ) : (
        hasWindow &&
        expiresAt !== null &&
        window !== "closed" &&
        window !== "none" && (
          <Tooltip
            label={t(people ? "window.person_why" : templates ? "window.why" : "window.why_no_templates")}
            multiline
            w={260}
          >
            <span className={classes.window} data-state={window}>
              <IconClockHour4 size={16} aria-hidden="true" />
              {t(people ? "window.person_until" : "window.closes_in")} <Countdown at={expiresAt} />
            </span>
          </Tooltip>
        )
      )}
    </div>
  );
}
