import type { CSSProperties } from "react";

import type { Attachment } from "@/shared/api/types";

const MAX_WIDTH = 320;
const MAX_HEIGHT = 320;
const MIN_SIDE = 96;

interface Sized {
  width?: number | null;
  height?: number | null;
}

/** The place that a picture takes in the thread, known before it loads: its own proportions within a bound. */
export function boxOf(file: Attachment & Sized): CSSProperties {
  const { width, height } = file;
  if (!width || !height) return { width: MAX_WIDTH, aspectRatio: "4 / 3" };
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return {
    width: Math.max(Math.round(width * scale), MIN_SIDE),
    aspectRatio: `${Math.max(width * scale, MIN_SIDE)} / ${Math.max(height * scale, MIN_SIDE)}`,
  };
}
