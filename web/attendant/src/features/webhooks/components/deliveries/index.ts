/** The ledger of deliveries, in a file of its own. */
import { lazyPart } from "@/shared/ui/lazyPart";

export const DeliveriesPage = lazyPart(async () => (await import("./DeliveriesPage")).DeliveriesPage);
