import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { EmptyState } from "@/shared/ui/EmptyState";

import { useReceiptOf, useShownReceipt } from "../api/privacy";
import { ReceiptDialog } from "./ReceiptDialog";

/** In place of a customer who was erased while they were shown. */
export function ErasedCustomer({ contactId }: { contactId: string }) {
  const { t } = useTranslation("privacy");
  const receipt = useReceiptOf(contactId);
  const [, show] = useShownReceipt();
  return (
    <div role="status">
      <EmptyState
        title={t("erased.title")}
        text={t("erased.text")}
        action={
          receipt !== null && (
            <Button variant="default" size="compact-sm" onClick={() => show(receipt)}>
              {t("erased.receipt")}
            </Button>
          )
        }
      />
    </div>
  );
}

/** The receipt that is in front, if any. */
export function ShownReceipt() {
  const [id, show] = useShownReceipt();
  return id === null ? null : <ReceiptDialog id={id} close={() => show(null)} />;
}
