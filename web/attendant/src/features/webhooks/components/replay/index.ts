/** Sending a period once more, in a file of its own. */
import { lazyPart } from "@/shared/ui/lazyPart";

export const ReplayPage = lazyPart(async () => (await import("./ReplayPage")).ReplayPage);
