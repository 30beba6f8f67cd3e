import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob("../locales/es/{live,presence,queue,transfer}.json", {
  eager: true,
  import: "default",
});
