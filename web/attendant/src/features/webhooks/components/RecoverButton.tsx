import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useRecover } from "../api/endpoints";

interface Props {
  id: string;
  className?: string | undefined;
}

/** Enables an endpoint again and sends what it has missed: the one button after an outage. */
export function RecoverButton({ id, className }: Props) {
  const { t } = useTranslation("webhooks");
  const recover = useRecover();
  const problemText = useProblemText();
  return (
    <Button
      size="sm"
      className={className ?? ""}
      loading={recover.isPending}
      onClick={() =>
        recover.mutate(id, {
          onSuccess: () => notifyDone(t("recover.done")),
          onError: (error) => notifyFailed(t("recover.failed"), problemText(error).text, problemText(error).code),
        })
      }
    >
      {t("recover.button")}
    </Button>
  );
}
