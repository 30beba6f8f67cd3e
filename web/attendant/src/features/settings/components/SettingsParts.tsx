import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "react-router";

import { usePageTitle } from "@/shared/ui/pageTitle";

import classes from "./Settings.module.css";

interface PageProps {
  title: string;
  /** What the page is for, in a sentence or two. */
  text?: string;
  children: ReactNode;
  /** As wide as there is room for: a week or a table stands on it. */
  wide?: boolean;
  /** What stands above the title: the way back from one item to its list. */
  above?: ReactNode;
}

/** The shape of every page of the settings. */
export function SettingsPageLayout({ title, text, children, wide = false, above }: PageProps) {
  usePageTitle(title);
  return (
    <div className={classes.content} data-wide={wide || undefined}>
      <header className={classes.head}>
        {above}
        <h1 className={classes.title}>{title}</h1>
        {text !== undefined && <p className={classes.text}>{text}</p>}
      </header>
      {children}
    </div>
  );
}

interface SettingProps {
  /** By which a found setting is scrolled to. */
  id: string;
  label: string;
  /** What it changes. */
  help?: ReactNode;
  children: ReactNode;
  /** The control below the words instead of beside them. */
  wide?: boolean;
}

/** One setting: what it is, what it changes, and its control. */
export function Setting({ id, label, help, children, wide = false }: SettingProps) {
  const { hash } = useLocation();
  const row = useRef<HTMLElement>(null);
  const found = hash === `#${id}`;
  useEffect(() => {
    if (found) row.current?.scrollIntoView({ block: "center" });
  }, [found]);
  return (
    <section
      ref={row}
      id={id}
      className={classes.setting}
      data-found={found || undefined}
      data-wide={wide || undefined}
      aria-labelledby={`${id}-label`}
    >
      <div>
        <h2 id={`${id}-label`} className={classes.label}>
          {label}
        </h2>
        {help !== undefined && <div className={classes.help}>{help}</div>}
      </div>
      <div className={classes.control}>{children}</div>
    </section>
  );
}
