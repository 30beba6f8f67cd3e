import { Suspense, useState } from "react";

import { withTexts } from "@/shared/i18n";
import { lazyPart } from "@/shared/ui/lazyPart";

import { useDisabledWebhooks } from "./useDisabledWebhooks";

const DisabledBanner = lazyPart(async () => {
  const { loadDisabledBanner } = await withTexts("settings", () => import("@/features/webhooks"));
  return loadDisabledBanner();
});

/** Stands until the webhook is enabled, or until it is put away; one that is disabled once more is told once more. */
export function WebhookNotice() {
  const disabled = useDisabledWebhooks();
  const [away, setAway] = useState<ReadonlySet<string>>(new Set());
  const nameOf = ({ id, state_since: since }: { id: string; state_since: string }) => `${id} ${since}`;
  const told = disabled.filter((one) => !away.has(nameOf(one)));
  if (told.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <DisabledBanner webhooks={told} putAway={() => setAway(new Set([...away, ...told.map(nameOf)]))} />
    </Suspense>
  );
}
