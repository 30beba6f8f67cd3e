import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob("../locales/es/*.json", { eager: true, import: "default" });
