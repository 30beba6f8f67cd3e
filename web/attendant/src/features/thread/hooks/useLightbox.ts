import { createContext, use } from "react";

export interface Lightbox {
  /** Show the picture of this message large; the keys go on to the others of the thread. */
  open: (messageId: string) => void;
}

export const LightboxContext = createContext<Lightbox>({ open: () => undefined });

export function useLightbox(): Lightbox {
  return use(LightboxContext);
}
