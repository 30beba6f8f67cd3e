import { Button, Group, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { CopyIcon } from "@/shared/ui/CopyIcon";

import classes from "./editor.module.css";

interface Props {
  /** Null: there is none to show. */
  secret: string | null;
  /** What to do with it. */
  text: string;
  onClose: () => void;
}

/** A secret, the one time that it is shown. A click beside the dialog does not close it. */
export function SecretDialog({ secret, text, onClose }: Props) {
  const { t } = useTranslation("webhooks");
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={t("secret.shown")}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      {text}
      <div className={classes.secret}>
        <code>{secret}</code>
        <CopyIcon value={secret ?? ""} label={t("secret.copy")} />
      </div>
      <Group justify="flex-end" mt="md">
        <Button onClick={onClose} data-autofocus>
          {t("secret.kept")}
        </Button>
      </Group>
    </Modal>
  );
}
