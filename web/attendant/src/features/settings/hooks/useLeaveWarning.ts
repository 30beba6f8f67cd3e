import { useEffect } from "react";
import { useBlocker, type Blocker } from "react-router";

import { holdReload } from "@/shared/update/reloadHolds";

/** Keeps the person from leaving with something unsaved: the browser asks, and inside the client a dialog does. */
export function useLeaveWarning(unsaved: boolean): Blocker {
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    const release = holdReload();
    return () => {
      window.removeEventListener("beforeunload", ask);
      release();
    };
  }, [unsaved]);
  return useBlocker(
    ({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname,
  );
}
