import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob(
  "../locales/en/{app,assign,auth,desk,guide,inbox,marks,sandbox,search}.json",
  { eager: true, import: "default" },
);
