import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob(
  [
    "../locales/en/*.json",
    "!../locales/en/{app,assign,auth,desk,guide,inbox,marks,sandbox,search}.json",
    "!../locales/en/{composer,customer,papers,privacy,ratings,replies,thread,unsent}.json",
    "!../locales/en/{live,presence,queue,transfer}.json",
  ],
  { eager: true, import: "default" },
);
