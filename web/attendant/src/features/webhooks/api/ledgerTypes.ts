/** The shapes of the ledger of deliveries, and of replays. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

/** One event on its way to one webhook. */
export type Delivery = Schemas["DeliveryView"];
export type DeliveryDetail = Schemas["DeliveryDetailView"];
export type DeliveryState = Delivery["state"];
/** What a delivery waits for. */
export type WaitingFor = NonNullable<Delivery["waiting_for"]>;
/** One request, and what came of it. */
export type Attempt = Schemas["AttemptView"];
export type Header = Schemas["HeaderView"];
export type SentRequest = Schemas["RequestView"];
/** Events of a period that are sent to one webhook once more. */
export type Replay = Schemas["ReplayView"];
export type ReplayCount = Schemas["ReplayCountView"];

/** What is known of a webhook where its deliveries are. */
export type Endpoint = Pick<
  Schemas["EndpointView"],
  "id" | "url" | "description" | "state" | "state_since" | "disabled_reason" | "failing"
>;
