import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useRetention } from "../api/privacy";
import { Erasures } from "./Erasures";
import { PrivacyLog } from "./PrivacyLog";
import { RetentionForm } from "./RetentionForm";

/** How long things are kept, what was erased, and who did what with whose data. */
export function PrivacyPage() {
  const { t } = useTranslation("privacy");
  const { data, error, refetch, isFetching } = useRetention();
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {data === undefined ? (
        error ? (
          <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
        ) : (
          <PageSkeleton />
        )
      ) : (
        <>
          <RetentionForm retention={data} />
          <Erasures />
          <PrivacyLog />
        </>
      )}
    </SettingsPageLayout>
  );
}
