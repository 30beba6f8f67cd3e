import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout, UnsavedChanges } from "@/features/settings";
import { ErrorState } from "@/shared/ui/ErrorState";
import { FormSkeleton } from "@/shared/ui/Skeletons";

import { usePolicy } from "../../api/items";
import type { Policy } from "../../api/types";
import { AwayReasons } from "./AwayReasons";
import { InactivitySection } from "./InactivitySection";
import { PresenceSection } from "./PresenceSection";
import { QueueSection } from "./QueueSection";
import { ReopeningSection } from "./ReopeningSection";
import { TellingSection } from "./TellingSection";

/** What happens in the queue, what customers are told there, and when attendants count as there. */
export function DistributionPage() {
  const { t } = useTranslation("distribution");
  const [unsaved, setUnsaved] = useState<Partial<Record<Policy, boolean>>>({});
  const note = useCallback(
    (policy: Policy, is: boolean) =>
      setUnsaved((before) => (before[policy] === is ? before : { ...before, [policy]: is })),
    [],
  );
  const distribution = usePolicy("distribution");
  const telling = usePolicy("telling");
  const inactivity = usePolicy("inactivity");
  const presence = usePolicy("presence");
  const reopening = usePolicy("reopening");
  const all = [distribution, telling, inactivity, presence, reopening];
  const failed = all.find(({ data, error }) => data === undefined && error !== null);
  const complete = distribution.data && telling.data && inactivity.data && presence.data && reopening.data;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      <UnsavedChanges unsaved={Object.values(unsaved).some(Boolean)} />
      {failed !== undefined && (
        <ErrorState
          error={failed.error}
          retry={() => void Promise.all(all.map(({ refetch }) => refetch()))}
          retrying={all.some(({ isFetching }) => isFetching)}
          compact
        />
      )}
      {failed === undefined && !complete && <FormSkeleton />}
      {distribution.data && telling.data && inactivity.data && presence.data && reopening.data && (
        <>
          <QueueSection loaded={distribution.data} note={note} />
          <TellingSection loaded={telling.data} note={note} />
          <InactivitySection loaded={inactivity.data} note={note} />
          <ReopeningSection loaded={reopening.data} note={note} />
          <PresenceSection loaded={presence.data} note={note} />
          <AwayReasons />
        </>
      )}
    </SettingsPageLayout>
  );
}
