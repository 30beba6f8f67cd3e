import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { CopyCode } from "@/shared/ui/CopyCode";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

/** Why a message did not arrive, what can be done, and trying again where that can help. */
export function Failure({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("thread");
  const { closed, retry, edit, chooseTemplate, partsOf } = useThreadActions();
  const parts = message.parts_sent ?? 0;
  const total = partsOf(message);
  const [retrying, setRetrying] = useState(false);
  const { error } = message;
  const code = error?.provider_code ?? error?.code;
  return (
    <div className={classes.failure} role="note">
      <span>{error?.texts?.[i18n.language] ?? error?.message ?? t("status.failed")}</span>
      {parts > 0 && (
        <span>{parts < total ? t("parts_of", { count: parts, of: total }) : t("parts_sent", { count: parts })}</span>
      )}
      <span className={classes.failureMore}>
        {(error?.retryable ?? true) && (
          <Button
            size="compact-xs"
            variant="light"
            color="red"
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={retrying}
            onClick={() => {
              setRetrying(true);
              void retry(message).finally(() => setRetrying(false));
            }}
          >
            {t("action.retry")}
          </Button>
        )}
        {!closed && error?.code === "window_closed" && (
          <Button size="compact-xs" variant="light" color="red" onClick={chooseTemplate}>
            {t("action.template")}
          </Button>
        )}
        {!closed && message.kind === "text" && message.text && (
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => edit(message)}>
            {t("outgoing.edit")}
          </Button>
        )}
        {code && <CopyCode code={code} />}
      </span>
    </div>
  );
}
