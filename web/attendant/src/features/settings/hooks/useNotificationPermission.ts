import { useCallback, useEffect, useState } from "react";

export type NotificationAccess = "unsupported" | "ask" | "refused" | "granted";

function now(): NotificationAccess {
  if (!("Notification" in window)) return "unsupported";
  const { permission } = Notification;
  return permission === "granted" ? "granted" : permission === "denied" ? "refused" : "ask";
}

/** What the browser allows, also when it is changed in the browser's own settings meanwhile. */
export function useNotificationPermission(): { access: NotificationAccess; ask: () => Promise<NotificationAccess> } {
  const [access, setAccess] = useState(now);
  useEffect(() => {
    const look = () => setAccess(now());
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, []);
  const ask = useCallback(async () => {
    if (now() === "ask") await Notification.requestPermission();
    const answered = now();
    setAccess(answered);
    return answered;
  }, []);
  return { access, ask };
}
