import type { ReactNode } from "react";

import classes from "./States.module.css";

const drawings = {
  conversations: (
    <>
      <path
        fill="var(--accent-tint)"
        d="M14 20a8 8 0 0 1 8-8h34a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H34l-10 9v-9h-2a8 8 0 0 1-8-8z"
      />
      <path d="M26 25h26M26 33h16" />
      <path d="M70 30h4a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8h-2v8l-9-8H48a8 8 0 0 1-7-5" />
    </>
  ),
  thread: (
    <>
      <rect fill="var(--accent-tint)" x="12" y="14" width="44" height="18" rx="9" />
      <path d="M22 23h22" />
      <rect x="40" y="40" width="44" height="18" rx="9" />
      <path d="M50 49h24" />
    </>
  ),
  done: (
    <>
      <circle fill="var(--accent-tint)" cx="48" cy="38" r="24" />
      <path d="m37 38 8 8 15-16" />
    </>
  ),
  search: (
    <>
      <circle fill="var(--accent-tint)" cx="43" cy="34" r="20" />
      <path d="m58 49 16 16M35 34h16" />
    </>
  ),
  channel: (
    <>
      <rect fill="var(--accent-tint)" x="32" y="8" width="32" height="58" rx="7" />
      <path d="M43 58h10M18 28c-5 6-5 14 0 20M78 28c5 6 5 14 0 20" />
    </>
  ),
  people: (
    <>
      <circle fill="var(--accent-tint)" cx="38" cy="27" r="11" />
      <path d="M18 62c0-11 9-19 20-19s20 8 20 19M62 18a11 11 0 0 1 0 20M66 44c8 2 13 9 13 18" />
    </>
  ),
  broken: (
    <>
      <rect fill="var(--accent-tint)" x="16" y="14" width="64" height="46" rx="8" />
      <path d="M16 26h64M40 38l5 5m0-5-5 5M53 38l5 5m0-5-5 5M42 52c4-3 10-3 14 0" />
    </>
  ),
  offline: (
    <>
      <path fill="var(--accent-tint)" d="M30 58h36a14 14 0 0 0 3-28 21 21 0 0 0-40-3 16 16 0 0 0 1 31z" />
      <path d="m20 12 58 54" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type DrawingName = keyof typeof drawings;

/** A small line drawing of our own for empty and failing places. */
export function Drawing({ name }: { name: DrawingName }) {
  return (
    <svg className={classes.drawing} width="96" height="76" viewBox="0 0 96 76" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
        {drawings[name]}
      </g>
    </svg>
  );
}
