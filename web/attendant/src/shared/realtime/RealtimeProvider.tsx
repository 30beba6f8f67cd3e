import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";

import { useCounts } from "@/shared/conversations/queries";
import { LiveSession } from "@/shared/realtime/liveSession";
import type { Colleague, Typist } from "@/shared/realtime/presence";
import type { ConnectionState } from "@/shared/realtime/socket";
import { useMe, useSession } from "@/shared/session/SessionProvider";
import { tabTitle } from "@/shared/ui/pageTitle";

const LiveSessionContext = createContext<LiveSession | null>(null);

/** Keeps what is below it live; one for each attendant who signs in. */
export function RealtimeProvider({ children }: { children: ReactNode }) {
  const me = useMe();
  return <ForOne key={me.id}>{children}</ForOne>;
}

function ForOne({ children }: { children: ReactNode }) {
  const me = useMe();
  const session = useSession();
  const client = useQueryClient();
  const [created] = useState(() => new LiveSession(me, session, client));
  useEffect(() => created.start(), [created]);
  return (
    <LiveSessionContext value={created}>
      <TitleCount />
      {children}
    </LiveSessionContext>
  );
}

/** The browser's tab shows the number that stands beside "mine". */
function TitleCount() {
  const unread = useCounts()?.mine.unread ?? 0;
  useEffect(() => {
    tabTitle.setCount(unread);
    return () => tabTitle.setCount(0);
  }, [unread]);
  return null;
}

export function useLiveSession(): LiveSession {
  const found = use(LiveSessionContext);
  if (found === null) throw new Error("needs a RealtimeProvider");
  return found;
}

/** `offline` when a connection has been missing for some time, or the browser knows that there is no network. */
export function useConnectionState(): ConnectionState {
  const session = useLiveSession();
  return useSyncExternalStore(session.subscribe, session.connectionState);
}

/** Whether a sound was due and the browser wants a click or a key first. */
export function useSoundBlocked(): boolean {
  const { sound } = useLiveSession();
  return useSyncExternalStore(sound.subscribe, sound.blocked);
}

/** What is done when a notification is clicked. */
export function useOpenedFromNotification(open: (conversationId: string) => void): void {
  const session = useLiveSession();
  useEffect(() => session.openNotificationsWith(open), [session, open]);
}

/** Colleagues who look at the conversation now. */
export function useViewers(conversationId: string): readonly Colleague[] {
  const { presence } = useLiveSession();
  return useSyncExternalStore(
    presence.subscribe,
    useCallback(() => presence.viewers(conversationId), [presence, conversationId]),
  );
}

/** Colleagues who type in the conversation now. */
export function useTyping(conversationId: string): readonly Typist[] {
  const { presence } = useLiveSession();
  return useSyncExternalStore(
    presence.subscribe,
    useCallback(() => presence.typists(conversationId), [presence, conversationId]),
  );
}

/** Tell colleagues what I do: `sayViewing` on opening and with null on leaving, `sayTyping` at every keystroke. */
export function usePresenceSignals() {
  const { signals } = useLiveSession();
  return {
    sayViewing: useCallback((conversationId: string | null) => signals.viewingIs(conversationId), [signals]),
    sayTyping: useCallback((conversationId: string, note: boolean) => signals.typing(conversationId, note), [signals]),
  };
}
