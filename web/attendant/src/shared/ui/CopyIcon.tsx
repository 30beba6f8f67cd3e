import { CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { announce } from "./announcer";
import { IconButton } from "./IconButton";

/** Copies a value, and shows that it did. `label` names what is copied. */
export function CopyIcon({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation("app");
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <IconButton
          label={copied ? t("actions.copied") : label}
          size={28}
          onClick={() => {
            copy();
            announce(t("actions.copied"));
          }}
        >
          {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        </IconButton>
      )}
    </CopyButton>
  );
}
