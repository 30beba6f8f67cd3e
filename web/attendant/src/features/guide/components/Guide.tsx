import { Button, Tooltip, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCheck, IconChevronDown, IconListCheck, IconX } from "@tabler/icons-react";
import { useEffect, useState, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import { useMay } from "@/shared/session/SessionProvider";
import { IconButton } from "@/shared/ui/IconButton";
import { undoable } from "@/shared/ui/notify";

import type { GuideState } from "../hooks/guideState";
import { useGuideState, useProgress } from "../hooks/useGuide";
import type { StepName } from "../model/steps";
import classes from "./guide.module.css";

const EDITOR = /^\/settings\/[^/]+\/[^/]+/;

/** Leads a newcomer to a first answered message. It can be put away, gone on with, and left for good. */
export function Guide({ className }: { className?: string | undefined }) {
  const [state, change] = useGuideState();
  const mayRead = useMay("conversations:read");
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  if (state.left || !mayRead) return null;
  // On a phone it lies over the page to which a step leads.
  const leads = () => narrow && change({ folded: true });
  return <Steps state={state} change={change} narrow={narrow} leads={leads} className={className} />;
}

interface Props {
  state: GuideState;
  change: (changes: Partial<GuideState>) => void;
  /** On a phone it takes no more of a page than the step that is next, and waits on every page but the inbox. */
  narrow: boolean;
  /** Called when a step leads somewhere. */
  leads: () => void;
  className: string | undefined;
}

function Steps({ state, change, narrow, leads, className }: Props) {
  const { t } = useTranslation("guide");
  const { steps, done, current, phone } = useProgress(state, change);
  const count = steps.filter(done).length;
  const leave = () => {
    change({ left: true });
    if (current !== undefined) undoable({ message: t("left"), undo: () => change({ left: false }) });
  };
  const { pathname } = useLocation();
  // An editor needs all of its page (a week is drawn up to its right edge): there it waits until it is asked for.
  const [askedAt, setAskedAt] = useState("");
  const atInbox = pathname === "/" || pathname.startsWith("/inbox");
  const waits = narrow ? !atInbox : EDITOR.test(pathname);
  const open = state.folded === false && (!waits || askedAt === pathname);
  const [whole, setWhole] = useState(false);
  const shown = narrow && !whole && current !== undefined ? [current] : steps;
  usePointer(open ? current : undefined);
  const toggle = () => {
    setAskedAt(open ? "" : pathname);
    change({ folded: open });
  };
  // Over the end of the list in the inbox; other pages have their forms at the left.
  const atRight = !pathname.startsWith("/inbox");
  const docked = phone?.open ? phone.width : 0;
  const label = `${t("title")} · ${t("progress", { count, of: steps.length })}`;
  return (
    <>
      <Tooltip position="right" label={label} events={{ hover: true, focus: true, touch: false }}>
        <UnstyledButton className={className ?? ""} aria-label={label} aria-expanded={open} onClick={toggle}>
          <IconListCheck size={20} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Tooltip>
      {open && (
        <section
          className={classes.card}
          aria-label={t("title")}
          data-right={atRight || undefined}
          style={{ "--guide-docked": `${docked}px` } as CSSProperties}
        >
          <header className={classes.head}>
            <h2 className={classes.title}>{t("title")}</h2>
            {narrow && current !== undefined ? (
              <UnstyledButton className={classes.all} aria-expanded={whole} onClick={() => setWhole(!whole)}>
                {t(whole ? "one_step" : "all_steps", { of: steps.length })}
              </UnstyledButton>
            ) : (
              <span className="numbers">{t("progress", { count, of: steps.length })}</span>
            )}
            <IconButton label={t("fold")} onClick={() => change({ folded: true })}>
              <IconChevronDown size={18} stroke={1.75} aria-hidden />
            </IconButton>
            <IconButton label={t("leave")} onClick={leave}>
              <IconX size={18} stroke={1.75} aria-hidden />
            </IconButton>
          </header>
          <ol className={classes.steps}>
            {shown.map((step) => (
              <li
                key={step}
                className={classes.step}
                data-done={done(step) || undefined}
                aria-current={step === current ? "step" : undefined}
              >
                <span className={classes.mark} role="img" aria-label={t(done(step) ? "done" : "open")}>
                  {done(step) && <IconCheck size={14} aria-hidden />}
                </span>
                <div>
                  {t(`step.${step}.title`)}
                  {step === current && (
                    <div className={classes.how}>
                      <p>{t(`step.${step}.text`)}</p>
                      <StepAction step={step} showPhone={phone === null ? null : () => phone.show()} leads={leads} />
                    </div>
                  )}
                </div>
              </li>
            ))}
          </ol>
          {current === undefined && (
            <div className={classes.finished}>
              <p>{t("finished")}</p>
              <Button size="compact-sm" onClick={leave}>
                {t("close")}
              </Button>
            </div>
          )}
        </section>
      )}
    </>
  );
}

const PLACES: Partial<Record<StepName, string>> = {
  take: "/inbox/queue",
  attendant: "/settings/attendants",
  number: "/channels/new",
};

interface ActionProps {
  step: StepName;
  showPhone: (() => void) | null;
  leads: () => void;
}

/** Leads to where the step is taken. */
function StepAction({ step, showPhone, leads }: ActionProps) {
  const { t } = useTranslation("guide");
  const place = PLACES[step];
  if (step === "phone" && showPhone !== null) {
    return (
      <Button size="compact-sm" variant="light" onClick={showPhone}>
        {t("go.phone")}
      </Button>
    );
  }
  if (place === undefined) return null;
  return (
    <Button size="compact-sm" variant="light" component={Link} to={place} onClick={leads}>
      {t(`go.${step as "take" | "attendant" | "number"}`)}
    </Button>
  );
}

/** Marks the element of the page with which the step is taken (`data-guide`). */
function usePointer(step: StepName | undefined): void {
  useEffect(() => {
    const target = step === undefined ? null : document.querySelector(`[data-guide="${step}"]`);
    target?.setAttribute("data-guide-here", "");
    return () => target?.removeAttribute("data-guide-here");
  }, [step]);
}
