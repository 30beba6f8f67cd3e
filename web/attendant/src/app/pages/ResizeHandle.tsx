import { useTranslation } from "react-i18next";

import classes from "./ResizeHandle.module.css";

interface Props {
  width: number;
  bounds: { min: number; max: number };
  /** While the handle moves. */
  resize: (width: number) => void;
  /** When it was let go, or moved by a key. */
  done: (width: number) => void;
}

const STEP = 16;

/** Changes the width of the pane at its left, by mouse, touch and arrow keys. */
export function ResizeHandle({ width, bounds, resize, done }: Props) {
  const { t } = useTranslation("app");
  const bounded = (wanted: number) => Math.min(Math.max(wanted, bounds.min), bounds.max);
  return (
    <div
      className={classes.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={t("panes.resize")}
      aria-valuenow={width}
      aria-valuemin={bounds.min}
      aria-valuemax={bounds.max}
      tabIndex={0}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (by !== undefined) done(bounded(width + by));
      }}
      onPointerDown={(down) => {
        const handle = down.currentTarget;
        handle.setPointerCapture(down.pointerId);
        const at = (event: PointerEvent) => bounded(width + event.clientX - down.clientX);
        const move = (event: PointerEvent) => resize(at(event));
        const up = (event: PointerEvent) => {
          handle.removeEventListener("pointermove", move);
          done(at(event));
        };
        handle.addEventListener("pointermove", move);
        handle.addEventListener("pointerup", up, { once: true });
      }}
    />
  );
}
