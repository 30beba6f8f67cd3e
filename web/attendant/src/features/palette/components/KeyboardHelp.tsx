import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shared/keyboard/useShortcut";
import { KeyList } from "@/shared/ui/KeyList";

/** The list of shortcuts: `?`. */
export function KeyboardHelp() {
  const { t } = useTranslation("app");
  const [opened, setOpened] = useState(false);
  useShortcut({ keys: "?", label: t("keys.title"), scope: "global", run: () => setOpened(true) });
  return (
    <Modal
      opened={opened}
      onClose={() => setOpened(false)}
      title={t("keys.title")}
      size={760}
      closeButtonProps={{ "aria-label": t("actions.close") }}
    >
      <KeyList />
    </Modal>
  );
}
