import { useEffect, useEffectEvent, useRef } from "react";
import { useLocation } from "react-router";

/** What the person did last: whoever clicks a row or presses Enter on it wants to write, whoever walks by `j` goes on. */
let last: "click" | "enter" | "other" = "other";
window.addEventListener("pointerdown", (event) => (last = event.pointerType === "touch" ? "other" : "click"), true);
window.addEventListener("keydown", (event) => (last = event.key === "Enter" ? "enter" : "other"), true);

/**
 * Focuses the field of a conversation that was opened by a click or Enter, or whose row was clicked again; on a touch
 * screen a keyboard would jump up.
 */
export function useFocusOnOpening(focus: () => void): void {
  const { key, pathname, search } = useLocation();
  const before = useRef<string | null>(null);
  const arrived = useEffectEvent(() => {
    const here = pathname + search;
    const opened = before.current === null || before.current === here; // otherwise the list beside it was filtered
    before.current = here;
    if (opened && last !== "other" && document.querySelector("[aria-modal=true]") === null) focus();
  });
  useEffect(() => arrived(), [key]);
}
