import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useDeleteWebhook } from "../../api/endpoints";
import type { Webhook } from "../../api/types";
import { hostOf } from "../../model/health";

interface Props {
  webhook: Webhook;
  done: () => void;
}

/** Asks first: its secret and what waits for it do not come back. */
export function DeleteWebhook({ webhook, done }: Props) {
  const { t, i18n } = useTranslation("webhooks");
  const [asking, setAsking] = useState(false);
  const remove = useDeleteWebhook();
  const problemText = useProblemText();
  const name = webhook.description || hostOf(webhook.url);
  const waiting = webhook.health.waiting;
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("delete.button")}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={t("delete.title", { name })}
        confirm={t("delete.button")}
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          remove.mutate(webhook.id, {
            onSuccess: () => {
              notifyDone(t("delete.done", { name }));
              done();
            },
            onError: (error) => {
              setAsking(false);
              notifyFailed(t("failed"), problemText(error).text, problemText(error).code);
            },
          })
        }
      >
        {t("delete.text")}{" "}
        {waiting > 0 &&
          t("delete.waiting", { count: waiting, number: new Intl.NumberFormat(i18n.language).format(waiting) })}
      </ConfirmDialog>
    </>
  );
}
