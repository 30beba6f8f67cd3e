/** When what nobody sees at once may be fetched. */
import { useEffect, useState } from "react";

const FIRST_PICTURE_MS = 500;

/** Whether the first picture has had its time: what it shows is fetched before anything that may come later. */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), FIRST_PICTURE_MS);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}
