import { useState } from "react";

import { steady, type Steady } from "../model/steady";

/** Rows that keep their places while somebody points at them, or has the focus among them. */
export function useSteady<T extends { id: string }>(now: readonly T[]) {
  const [held, setHeld] = useState<readonly T[] | null>(null);
  const shown: Steady<T> = steady(held ?? now, now, held !== null);
  const hold = () => setHeld((before) => before ?? now);
  return {
    ...shown,
    handlers: {
      onPointerEnter: hold,
      onPointerLeave: (event: { currentTarget: Element }) => {
        if (!event.currentTarget.contains(document.activeElement)) setHeld(null);
      },
      onFocus: hold,
      onBlur: (event: { currentTarget: Element; relatedTarget: EventTarget | null }) => {
        const inside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
        if (!inside && !event.currentTarget.matches(":hover")) setHeld(null);
      },
    },
  };
}
