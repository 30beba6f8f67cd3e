import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob(
  [
    "../locales/es/*.json",
    "!../locales/es/{app,assign,auth,desk,guide,inbox,marks,sandbox,search}.json",
    "!../locales/es/{composer,customer,papers,privacy,ratings,replies,thread,unsent}.json",
    "!../locales/es/{live,presence,queue,transfer}.json",
  ],
  { eager: true, import: "default" },
);
