import { useEffect, useRef, type RefObject } from "react";

/**
 * The focus goes to the form's first wrong field after each try to send it (`tries`, a count) and each answer of the
 * server that refuses it (`error`). Without a wrong field it goes back to the button, which lost it while it was busy.
 */
export function useWrongField(tries: number, error: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (tries === 0 && !error) return;
    const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    if (wrong) wrong.focus();
    else if (error && document.activeElement === document.body) {
      form.current?.querySelector<HTMLElement>("[type=submit]")?.focus();
    }
  }, [tries, error]);
  return form;
}
