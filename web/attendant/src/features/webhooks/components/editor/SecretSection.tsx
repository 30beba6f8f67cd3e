import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useEndOldSecrets, useRotateSecret } from "../../api/endpoints";
import type { Webhook } from "../../api/types";
import classes from "./editor.module.css";
import { SecretDialog } from "./SecretDialog";

/** The secrets that sign now: a new one is made, and the old ones end by themselves or at once. */
export function SecretSection({ webhook: { id, secrets } }: { webhook: Webhook }) {
  const { t } = useTranslation("webhooks");
  const style = useTimeStyle();
  const rotate = useRotateSecret(id);
  const end = useEndOldSecrets(id);
  const problemText = useProblemText();
  const [asking, setAsking] = useState<"rotate" | "end" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const failed = (error: unknown) => {
    setAsking(null);
    notifyFailed(t("secret.failed"), problemText(error).text, problemText(error).code);
  };
  const old = secrets.some(({ until }) => until !== null);
  return (
    <>
      <ul className={classes.secrets}>
        {secrets.map(({ created_at: made, until }) => (
          <li key={made}>
            {t("secret.made", { time: exactTime(made, style) })}{" "}
            <small>{until === null ? t("secret.current") : t("secret.until", { time: exactTime(until, style) })}</small>
          </li>
        ))}
      </ul>
      <div className={classes.inline}>
        <Button size="sm" variant="default" onClick={() => setAsking("rotate")}>
          {t("secret.rotate")}
        </Button>
        {old && (
          <Button size="sm" variant="subtle" color="red" onClick={() => setAsking("end")}>
            {t("secret.end")}
          </Button>
        )}
      </div>
      <ConfirmDialog
        opened={asking === "rotate"}
        title={t("secret.rotate_title")}
        confirm={t("secret.rotate")}
        busy={rotate.isPending}
        onClose={() => setAsking(null)}
        onConfirm={() =>
          rotate.mutate(undefined, {
            onSuccess: (made) => {
              setAsking(null);
              setSecret(made.secret);
            },
            onError: failed,
          })
        }
      >
        {t("secret.rotate_text")}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "end"}
        title={t("secret.end_title")}
        confirm={t("secret.end")}
        busy={end.isPending}
        onClose={() => setAsking(null)}
        onConfirm={() =>
          end.mutate(undefined, {
            onSuccess: () => {
              setAsking(null);
              notifyDone(t("secret.ended"));
            },
            onError: failed,
          })
        }
      >
        {t("secret.end_text")}
      </ConfirmDialog>
      <SecretDialog secret={secret} text={t("secret.rotated_text")} onClose={() => setSecret(null)} />
    </>
  );
}
