import { createContext, use } from "react";

export interface Lightbox {
  /** Show this file of the message large, without one its first; the keys go on to the others of the thread. */
  open: (messageId: string, fileId?: string) => void;
}

export const LightboxContext = createContext<Lightbox>({ open: () => undefined });

export function useLightbox(): Lightbox {
  return use(LightboxContext);
}
