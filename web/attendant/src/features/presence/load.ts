import { withTexts } from "@/shared/i18n";

/** The switch, with its texts. */
export const loadPresence = () => withTexts("routing", () => import("./parts"));
