import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob(
  "../locales/pt-BR/{composer,customer,papers,privacy,ratings,replies,thread,unsent}.json",
  { eager: true, import: "default" },
);
