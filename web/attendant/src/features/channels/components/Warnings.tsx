import { Alert, Button } from "@mantine/core";
import { IconTool } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { RelativeTime } from "@/shared/time/times";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useRepair, type AccountWarning, type Channel } from "../api/channels";
import { worstWarning } from "../model/health";
import classes from "./channels.module.css";
import { MarkIcon, useLocalized } from "./parts";

const COLORS: Record<AccountWarning["severity"], string> = { info: "gray", warning: "yellow", critical: "red" };

/** What is wrong with the account at its provider, and the one button that mends what can be mended from here. */
export function Warnings({ channel, mayManage }: { channel: Channel; mayManage: boolean }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const problemText = useProblemText();
  const repair = useRepair(channel.id);
  const warnings = channel.warnings ?? [];
  const worst = worstWarning(warnings);
  if (worst === null) return null;
  const mend = () =>
    repair.mutate(undefined, {
      onSuccess: () => notifyDone(t("repaired")),
      onError: (error) => {
        const { text, code } = problemText(error);
        notifyFailed(t("repair_failed"), text, code);
      },
    });
  return (
    <Alert color={COLORS[worst]} variant="light" className={classes.warnings}>
      <ul className={classes.health}>
        {warnings.map(({ code, severity, texts, detail }) => (
          <li key={code}>
            <MarkIcon mark={severity === "critical" ? "bad" : severity === "warning" ? "warning" : "unknown"} />
            <span>
              {words(texts)}
              {detail && <small>{detail}</small>}
            </span>
          </li>
        ))}
      </ul>
      <div className={classes.buttons}>
        {mayManage && warnings.some(({ repairable }) => repairable) && (
          <Button size="sm" leftSection={<IconTool size={16} aria-hidden />} loading={repair.isPending} onClick={mend}>
            {t("repair")}
          </Button>
        )}
        {channel.looked_at && (
          <small className={classes.help}>
            {t("looked_at")} <RelativeTime at={channel.looked_at} />
          </small>
        )}
      </div>
    </Alert>
  );
}
