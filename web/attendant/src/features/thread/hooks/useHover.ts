import { useEffect, useRef, type PointerEvent } from "react";

const REST_MS = 70;

/** Handlers that tell when the mouse rests on something: what only scrolls by under it is not meant. */
export function useHover(onChange: (over: boolean) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    onPointerEnter: ({ pointerType }: PointerEvent) => {
      if (pointerType === "mouse") timer.current = setTimeout(() => onChange(true), REST_MS);
    },
    onPointerLeave: () => {
      clearTimeout(timer.current);
      onChange(false);
    },
  };
}
