import { Button, type ButtonProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ApiProblem } from "@/shared/api/problem";
import { notifyDone } from "@/shared/ui/notify";

import { useRecovery } from "../../api/replays";
import type { Endpoint } from "../../api/ledgerTypes";
import { replayPath } from "../../model/deliveries";
import { useLedgerProblem } from "../deliveries/useLedgerProblem";

interface Props extends Pick<ButtonProps, "size" | "variant"> {
  webhook: Pick<Endpoint, "id" | "state">;
}

/** Enables a webhook that was disabled and sends what it has missed; leads to where one sees it run. */
export function RecoverButton({ webhook, size = "compact-md", variant = "filled" }: Props) {
  const { t } = useTranslation("deliveries");
  const recover = useRecovery();
  const navigate = useNavigate();
  const problem = useLedgerProblem();
  const show = () => void navigate(replayPath(webhook.id));
  const run = () =>
    recover.mutate(webhook.id, {
      onSuccess: () => {
        notifyDone(t("recover.done"));
        show();
      },
      onError: (error) => {
        if (error instanceof ApiProblem && error.code === "replay_running") show();
        else problem.tell(error);
      },
    });
  return (
    <Button size={size} variant={variant} onClick={run} loading={recover.isPending}>
      {t(webhook.state === "disabled" ? "recover.enable" : "recover.missed")}
    </Button>
  );
}
