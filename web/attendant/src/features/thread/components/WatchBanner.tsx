import { Button } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";

import { useHeaderActions } from "../hooks/useHeaderActions";
import classes from "./transfer/transfer.module.css";

/** That one looks on: what that means, and the ways out of it. */
export function WatchBanner({ conversation, end }: { conversation: Conversation; end: () => void }) {
  const { t } = useTranslation("transfer");
  const me = useMe().id;
  const { take, may } = useHeaderActions(conversation);
  const { assignee } = conversation;
  if (assignee?.id === me || conversation.status === "closed") return null;
  const name = neutralName(assignee?.name ?? "") || t("someone");
  const takeOver = () => {
    end();
    take();
  };
  return (
    <div className={classes.banner} role="status">
      <IconEye size={18} stroke={1.75} aria-hidden />
      <div className={classes.said}>
        <bdi>{t("watch.title", { name })}</bdi>
        <span className={classes.note}>{t("watch.text")}</span>
      </div>
      {may.take && (
        <Button size="compact-sm" variant="default" onClick={takeOver}>
          {t("watch.take_over")}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={end}>
        {t("watch.end")}
      </Button>
    </div>
  );
}
