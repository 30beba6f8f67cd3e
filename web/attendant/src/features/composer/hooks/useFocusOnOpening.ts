import { useEffect, useEffectEvent } from "react";

/** What the person did last: whoever clicks a row or presses Enter on it wants to write, whoever walks by `j` goes on. */
let last: "click" | "enter" | "other" = "other";
window.addEventListener("pointerdown", (event) => (last = event.pointerType === "touch" ? "other" : "click"), true);
window.addEventListener("keydown", (event) => (last = event.key === "Enter" ? "enter" : "other"), true);

/** Focuses the field of a conversation that was opened by a click or Enter; on a touch screen a keyboard would jump up. */
export function useFocusOnOpening(focus: () => void): void {
  const now = useEffectEvent(focus);
  useEffect(() => {
    if (last !== "other" && document.querySelector("[aria-modal=true]") === null) now();
  }, []);
}
