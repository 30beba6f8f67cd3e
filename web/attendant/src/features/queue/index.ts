import { withTexts } from "@/shared/i18n";

/** What the view of the queue has and no other: fetched with its texts when it is opened. */
export const loadQueue = () => withTexts("routing", () => import("./parts"));

export { QueueHeadPlace, QueueLinePlace } from "./components/places";
