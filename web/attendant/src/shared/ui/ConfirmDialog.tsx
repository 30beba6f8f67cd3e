import { Button, Group, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  opened: boolean;
  /** A question that names what will be lost. */
  title: string;
  children: ReactNode;
  /** The verb of what happens, never "OK". */
  confirm: string;
  /** What not doing it is called; without it "Cancel". */
  stay?: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Only for what cannot be undone. Everything else is done at once and offers to undo it. */
export function ConfirmDialog({ opened, title, children, confirm, stay, busy = false, onConfirm, onClose }: Props) {
  const { t } = useTranslation("app");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ "aria-label": t("actions.close") }}
    >
      <Text c="var(--text-2)" component="div">
        {children}
      </Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {stay ?? t("actions.cancel")}
        </Button>
        <Button variant="filled" color="red" onClick={onConfirm} loading={busy}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
