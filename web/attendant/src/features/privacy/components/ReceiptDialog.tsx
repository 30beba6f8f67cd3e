import { Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useReceipt } from "../api/privacy";
import classes from "./privacy.module.css";

const COUNTED = [
  "contacts",
  "conversations",
  "messages",
  "files",
  "notes",
  "drafts",
  "scheduled_messages",
  "identities",
  "timeline",
  "transcripts",
  "exports",
  "import_lines",
  "import_rows",
  "waiting_events",
  "answers",
] as const;

/** What was erased, and which services have confirmed. */
export function ReceiptDialog({ id, close }: { id: string | null; close: () => void }) {
  const { t } = useTranslation("privacy");
  const { data, error, refetch, isFetching } = useReceipt(id);
  return (
    <Modal
      opened={id !== null}
      onClose={close}
      title={t("receipt.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {data === undefined ? (
        error ? (
          <ErrorState
            error={error}
            title={t("receipt.failed")}
            retry={() => void refetch()}
            retrying={isFetching}
            compact
          />
        ) : (
          <Bar height={120} />
        )
      ) : (
        <Stack gap="sm">
          <Text fw={500} role="status">
            {t(`state.${data.state}`)}
          </Text>
          <ul className={classes.facts}>
            {COUNTED.filter((name) => data.erased[name]).map((name) => (
              <li key={name}>{t(`receipt.erased.${name}`, { count: data.erased[name] ?? 0 })}</li>
            ))}
          </ul>
          <Text fw={500}>{t("receipt.services")}</Text>
          <ul className={classes.facts}>
            <li>{t("receipt.here")}</li>
            {data.confirmations.map((one) => (
              <li key={one.service}>
                {one.confirmed === one.asked
                  ? t("receipt.confirmed", { service: one.service })
                  : t("receipt.waiting", { service: one.service })}
              </li>
            ))}
          </ul>
          <Text size="sm" c="var(--text-2)">
            {t("receipt.remaining")}
          </Text>
          <Text size="xs" c="var(--text-2)" style={{ overflowWrap: "anywhere" }}>
            {data.id}
          </Text>
        </Stack>
      )}
    </Modal>
  );
}
