import type { Texts } from "../texts";

export const texts: Texts = import.meta.glob("../locales/pt-BR/*.json", { eager: true, import: "default" });
