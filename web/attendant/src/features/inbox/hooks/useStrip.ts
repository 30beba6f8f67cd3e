import { useState, type PointerEvent } from "react";

/** As high as the strip in the style sheet. */
const STRIP_PX = 40;

/**
 * Whether the strip below the list is there. It takes its height from the end of the list, so that no row moves, and
 * does not come while the mouse is where it would be: the row under the cursor stays the row under the cursor.
 */
export function useStrip(wanted: boolean) {
  const [under, setUnder] = useState(false);
  const shown = wanted && !under;
  const onPointerMove = ({ currentTarget, clientY }: PointerEvent) => {
    if (!shown) setUnder(currentTarget.getBoundingClientRect().bottom - clientY < STRIP_PX);
  };
  return { shown, onPointerMove };
}
