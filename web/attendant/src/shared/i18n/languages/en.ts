import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob("../locales/en/*.json", { eager: true, import: "default" });
