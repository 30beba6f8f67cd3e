/** The customer's phone beside the client: whether it is open, and how wide. Kept in localStorage for this browser. */
import { useMediaQuery } from "@mantine/hooks";
import { useSyncExternalStore } from "react";

import { useClientInfo } from "@/shared/api/clientInfo";

export const PHONE_WIDTH = { min: 320, max: 720 };

interface State {
  open: boolean;
  width: number;
}

/** List and thread need 48em. */
const BESIDE = `(min-width: calc(48em + ${PHONE_WIDTH.min}px))`;

const KEY = "atd-phone";
const CLOSED: State = { open: false, width: 400 };

class PhonePanelStore {
  private current = read();
  private readonly listeners = new Set<() => void>();

  get = (): State => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(changes: Partial<State>): void {
    this.current = { ...this.current, ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.current));
    } catch {
      // A full or forbidden storage: it holds for this tab.
    }
    for (const listener of this.listeners) listener();
  }
}

function read(): State {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<State>;
    const width = Number(found.width);
    return {
      open: found.open === true,
      width: width >= PHONE_WIDTH.min && width <= PHONE_WIDTH.max ? width : CLOSED.width,
    };
  } catch {
    return CLOSED;
  }
}

export const phonePanel = new PhonePanelStore();

/** The phone where this server has one, else null. Where the client would get too narrow it opens in a tab instead of beside it. */
export function usePhone() {
  const url = useClientInfo()?.sandbox_url ?? null;
  const roomy = useMediaQuery(BESIDE, undefined, { getInitialValueInEffect: false });
  const { open, width } = useSyncExternalStore(phonePanel.subscribe, phonePanel.get);
  if (url === null) return null;
  return {
    url,
    open: open && roomy,
    width,
    /** `at`: a part of the phone's page, like `#connect`. */
    show: (at = "") => {
      if (roomy && at === "") phonePanel.set({ open: true });
      else window.open(url + at, "_blank", "noopener");
    },
    hide: () => phonePanel.set({ open: false }),
    resize: (to: number) => phonePanel.set({ width: to }),
    popOut: () => {
      phonePanel.set({ open: false });
      window.open(url, "atd-phone", "popup,width=440,height=860");
    },
  };
}
