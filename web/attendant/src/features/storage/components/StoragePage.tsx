import { useTranslation } from "react-i18next";

import { Setting, SettingsPageLayout } from "@/features/settings";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useStorage, type Storage } from "../api/storage";
import { Kinds } from "./Kinds";
import { Largest } from "./Largest";
import { Meter } from "./Meter";

/** The room that the company's files take, against its limit; what takes it; the largest files. */
export function StoragePage() {
  const { t } = useTranslation("storage");
  const { data, error, refetch, isFetching } = useStorage();
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {data !== undefined ? (
        <Loaded storage={data} />
      ) : error ? (
        <ErrorState error={error} title={t("failed")} retry={() => void refetch()} retrying={isFetching} compact />
      ) : (
        <PageSkeleton />
      )}
    </SettingsPageLayout>
  );
}

function Loaded({ storage }: { storage: Storage }) {
  const { t } = useTranslation("storage");
  return (
    <>
      <Setting id="storage-use" label={t("use.label")} help={t(storage.limit === null ? "use.free" : "use.help")} wide>
        <Meter storage={storage} />
      </Setting>
      {storage.files === 0 ? (
        <EmptyState compact drawing="thread" title={t("none.title")} text={t("none.text")} />
      ) : (
        <>
          <Setting id="storage-kinds" label={t("kinds.label")} help={t("kinds.help")} wide>
            <Kinds kinds={storage.kinds} />
          </Setting>
          <Setting id="storage-largest" label={t("largest.label")} help={t("largest.help")} wide>
            <Largest files={storage.largest} />
          </Setting>
        </>
      )}
    </>
  );
}
