import { Alert, Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { CopyCode } from "@/shared/ui/CopyCode";
import { useProblemText } from "@/shared/ui/problemText";

import { useCheck, type Channel } from "../api/channels";
import classes from "./channels.module.css";
import { useLocalized } from "./parts";

/** Asks the provider whether everything works, and says what it answered. */
export function CheckButton({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const problemText = useProblemText();
  const check = useCheck(channel.id);
  const { data: result, error } = check;
  return (
    <div className={classes.check}>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={18} stroke={1.75} aria-hidden />}
        loading={check.isPending}
        onClick={() => check.mutate()}
      >
        {t("test")}
      </Button>
      <div role="status">
        {result?.ok === true && (
          <Alert color="teal" variant="light" title={t("tested.ok")}>
            {t("tested.ok_text", {
              name: result.verified_name ?? result.bot_name ?? result.page_name ?? result.username ?? channel.name,
            })}
          </Alert>
        )}
        {result?.ok === false && (
          <Alert color="red" variant="light" title={t("tested.failed")}>
            <p className={classes.alertText}>{result.texts ? words(result.texts) : t("health.refused")}</p>
            {(result.missing_permissions ?? []).length > 0 && (
              <p className={classes.alertText}>
                {t("missing_permissions", { names: result.missing_permissions?.join(", ") })}
              </p>
            )}
            {result.message && <p className={classes.help}>{t("tested.says", { message: result.message })}</p>}
            {result.code && <CopyCode code={result.code} />}
          </Alert>
        )}
        {error && (
          <Alert color="red" variant="light" title={problemText(error).title}>
            {problemText(error).text}
          </Alert>
        )}
      </div>
    </div>
  );
}
