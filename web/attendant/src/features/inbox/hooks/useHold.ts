import { useState, type FocusEvent, type UIEvent } from "react";

import type { Hold } from "../model/arrange";

/** Marks what belongs to the list and floats outside of it. */
export const LIST_FLOAT = { "data-list-float": true };

/** Whether somebody uses the list now in a way that nothing may move: the mouse is over it, a row has the focus, it is scrolled. */
export function useHold(startsScrolled: boolean) {
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [scrolled, setScrolled] = useState(startsScrolled);
  const hold: Hold = over || focused ? "rows" : scrolled ? "order" : "none";
  const handlers = {
    onPointerEnter: () => setOver(true),
    onPointerLeave: () => setOver(false),
    onFocus: ({ target }: FocusEvent) => setFocused(target.matches(":focus-visible")),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (!isWithin(currentTarget, relatedTarget)) setFocused(false);
    },
    onScroll: ({ currentTarget }: UIEvent) => setScrolled(currentTarget.scrollTop > 0),
  };
  return { hold, handlers };
}

function isWithin(list: Element, target: Element | null): boolean {
  return target !== null && (list.contains(target) || target.closest("[data-list-float]") !== null);
}
