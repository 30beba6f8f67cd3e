import classes from "./ResizeHandle.module.css";

interface Props {
  /** What is resized. */
  label: string;
  width: number;
  bounds: { min: number; max: number };
  /** Where the resized pane is, seen from the handle. */
  side?: "left" | "right";
  /** How wide the pane is now, where that can be less than `width`. */
  shown?: () => number | undefined;
  /** While the handle moves. */
  resize: (width: number) => void;
  /** When it was let go, or moved by a key. */
  done: (width: number) => void;
  /** A double click: as wide as at first. */
  reset?: () => void;
}

const STEP = 16;

/** Changes the width of the pane beside it, by mouse, touch and arrow keys. */
export function ResizeHandle({ label, width, bounds, side = "left", shown, resize, done, reset }: Props) {
  const direction = side === "left" ? 1 : -1;
  const bounded = (wanted: number) => Math.min(Math.max(wanted, bounds.min), bounds.max);
  return (
    <div
      className={classes.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={bounds.min}
      aria-valuemax={bounds.max}
      tabIndex={0}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (by !== undefined) done(bounded((shown?.() ?? width) + direction * by));
      }}
      onDoubleClick={reset}
      onPointerDown={(down) => {
        const handle = down.currentTarget;
        handle.setPointerCapture(down.pointerId);
        const from = shown?.() ?? width;
        const at = (event: PointerEvent) => bounded(from + direction * (event.clientX - down.clientX));
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
