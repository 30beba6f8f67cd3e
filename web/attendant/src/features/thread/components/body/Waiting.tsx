import { Button } from "@mantine/core";
import { IconAlertTriangle, IconLoader2, IconShieldSearch, IconShieldX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, unwrap } from "@/shared/api/client";
import type { Attachment } from "@/shared/api/types";
import { displayFileName } from "@/shared/text/neutral";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import classes from "./body.module.css";
import { TextBody } from "./TextBody";

/** In the place of a file that is on its way, is not known to be clean, or did not come: then it can be fetched again. What was written under it is there in any case. */
export function Waiting({ file, caption }: { file: Attachment | undefined; caption?: string | null | undefined }) {
  return (
    <>
      <State file={file} />
      <TextBody text={caption} caption />
    </>
  );
}

function State({ file }: { file: Attachment | undefined }) {
  const { t } = useTranslation("thread");
  if (file?.state === "failed") return <Missing file={file} />;
  if (file?.state === "infected" || file?.state === "scanning") return <NotClean file={file} />;
  return (
    <div className={classes.waiting} role="status">
      <IconLoader2 size={18} aria-hidden className={classes.turning} />
      <span>{t("file.pending")}</span>
    </div>
  );
}

/** A file that the virus scanner refused, or has not looked at: nobody can open it. */
function NotClean({ file }: { file: Attachment }) {
  const { t, i18n } = useTranslation("thread");
  const infected = file.state === "infected";
  const Icon = infected ? IconShieldX : IconShieldSearch;
  const name = displayFileName(file.name);
  return (
    <div className={`${classes.waiting} ${infected ? classes.failed : ""}`} role={infected ? undefined : "status"}>
      <Icon size={18} aria-hidden className={classes.shield} />
      <span>
        {t(infected ? "file.infected" : "file.scanning", { name })}
        {infected && file.error && (
          <small className={classes.why}>{file.error.texts?.[i18n.language] ?? file.error.message}</small>
        )}
      </span>
    </div>
  );
}

function Missing({ file }: { file: Attachment }) {
  const { t, i18n } = useTranslation("thread");
  const problemText = useProblemText();
  // The message's event, which tells that it is on its way again, shows what comes of it.
  const again = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/attachments/{attachment_id}/retry", { params: { path: { attachment_id: file.id } } })),
    networkMode: "always",
    onError: (error) => {
      const { text, code } = problemText(error);
      notifyFailed(t("file.failed"), text, code);
    },
  });
  return (
    <div className={`${classes.waiting} ${classes.failed}`}>
      <IconAlertTriangle size={18} aria-hidden />
      <span>{file.error?.texts?.[i18n.language] ?? file.error?.message ?? t("file.failed")}</span>
      {(file.error?.retryable ?? true) && (
        <Button
          size="compact-xs"
          variant="light"
          color="red"
          loading={again.isPending || again.isSuccess}
          onClick={() => again.mutate()}
        >
          {t("action.retry")}
        </Button>
      )}
    </div>
  );
}
