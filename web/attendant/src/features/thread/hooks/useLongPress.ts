import { useEffect, useRef, type PointerEvent } from "react";

const HOLD_MS = 450;
const MOVED_PX = 8;

/** Handlers that call back when a finger rests; moving it is scrolling. */
export function useLongPress(onPress: (at: { x: number; y: number }) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const stop = () => clearTimeout(timer.current);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "touch") return;
      const at = { x: event.clientX, y: event.clientY };
      start.current = at;
      stop();
      timer.current = setTimeout(() => onPress(at), HOLD_MS);
    },
    onPointerMove: (event: PointerEvent) => {
      if (Math.hypot(event.clientX - start.current.x, event.clientY - start.current.y) > MOVED_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}
