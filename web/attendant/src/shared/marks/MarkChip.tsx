import { IconX } from "@tabler/icons-react";
import type { CSSProperties, ReactNode } from "react";

import type { Mark } from "./catalogue";
import classes from "./marks.module.css";

interface Props {
  mark: Pick<Mark, "name" | "color">;
  title?: string;
  /** Takes it off; its name for those who do not see the cross. */
  remove?: { label: string; run: () => void } | undefined;
}

/** A tag or label: its colour as a dot, its name in the colour of text. */
export function MarkChip({ mark: { name, color }, title, remove }: Props) {
  return (
    <span className={classes.chip} style={colorOf(color)} title={title}>
      <MarkName name={name} />
      {remove !== undefined && (
        <button type="button" className={classes.remove} aria-label={remove.label} onClick={remove.run}>
          <IconX size={12} stroke={2.25} aria-hidden />
        </button>
      )}
    </span>
  );
}

/** The same in a list, without a box around it. */
export function MarkLine({
  mark: { name, color },
  children,
}: {
  mark: Pick<Mark, "name" | "color">;
  children?: ReactNode;
}) {
  return (
    <span className={classes.markLine} style={colorOf(color)}>
      <MarkName name={name} />
      {children}
    </span>
  );
}

function MarkName({ name }: { name: string }) {
  return (
    <>
      <span className={classes.dot} aria-hidden />
      <bdi className={classes.markName}>{name}</bdi>
    </>
  );
}

/** Only what is a colour gets into the style. */
export function colorOf(color: string): CSSProperties {
  return { "--mark-color": /^#[0-9a-f]{6}$/i.test(color) ? color : "var(--border-strong)" } as CSSProperties;
}
