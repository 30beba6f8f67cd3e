import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob(
  [
    "../locales/pt-BR/*.json",
    "!../locales/pt-BR/{app,assign,auth,desk,guide,inbox,marks,sandbox,search}.json",
    "!../locales/pt-BR/{composer,customer,papers,privacy,ratings,replies,thread,unsent}.json",
    "!../locales/pt-BR/{live,presence,queue,transfer}.json",
  ],
  { eager: true, import: "default" },
);
