import type { CSSProperties } from "react";

import type { Attachment } from "@/shared/api/types";

const MAX_WIDTH = 320;
const MAX_HEIGHT = 320;
const MIN_SIDE = 120;

/** The place that a picture takes in the thread, known before it loads: its own proportions within a bound. */
export function boxOf(file: Attachment): CSSProperties {
  const { width, height } = file;
  if (!width || !height) return { width: MAX_WIDTH, aspectRatio: "4 / 3" };
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  const shownWidth = Math.max(Math.round(width * scale), MIN_SIDE);
  const shownHeight = Math.max(Math.round(height * scale), MIN_SIDE);
  return { width: shownWidth, aspectRatio: `${shownWidth} / ${shownHeight}` };
}
