import { CopyButton, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./CopyCode.module.css";

/** A code in small print that a click copies. */
export function CopyCode({ code }: { code: string }) {
  const { t } = useTranslation("app");
  return (
    <CopyButton value={code} timeout={2000}>
      {({ copied, copy }) => (
        <UnstyledButton className={classes.code} onClick={copy} title={t("actions.copy")}>
          {t("problem.code", { code })}
          {copied ? (
            <IconCheck size={14} aria-label={t("actions.copied")} />
          ) : (
            <IconCopy size={14} aria-hidden="true" />
          )}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
