import { RelativeTime } from "@/shared/time/times";

import type { Webhook } from "../api/types";
import { failureOf } from "../model/health";
import { useDeliveryWords } from "./deliveries/useDeliveryWords";

interface Props {
  webhook: Webhook;
  className?: string | undefined;
}

/** What went wrong at last, of an endpoint that does not do well. */
export function LastFailure({ webhook, className }: Props) {
  const words = useDeliveryWords();
  const failure = failureOf(webhook);
  if (failure === null) return null;
  return (
    <small className={className}>
      {words.outcome(failure)} · <RelativeTime at={failure.at} />
    </small>
  );
}
