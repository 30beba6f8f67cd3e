import { createContext, use, useSyncExternalStore, type ReactNode } from "react";

import type { Me } from "@/shared/api/types";
import type { Session, SessionState } from "@/shared/session/session";

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider");
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** The signed-in attendant; only below the shell, which is not shown to anybody else. */
export function useMe(): Me {
  const state = useSessionState();
  if (state.status !== "signed_in") throw new Error("nobody is signed in");
  return state.me;
}

/** Whether the signed-in attendant has the permission. */
export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}
