import { Button, Group, Modal, Textarea } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { useMay } from "@/shared/session/SessionProvider";
import { RelativeTime } from "@/shared/time/times";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useBlock } from "../api/record";
import classes from "./record.module.css";
import { Section } from "./Section";

/** Blocks a customer, with a reason for colleagues, or takes that back. */
export function Blocking({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { t: common } = useTranslation("app");
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const block = useBlock(contact);
  const problem = useProblemText();
  const may = useMay("contacts:write");
  const onError = (error: unknown) => {
    const { title, text, code } = problem(error);
    notifyFailed(title, text, code);
  };
  const set = (to: string | null | false, done?: () => void) =>
    block.mutate(to, { onError, onSuccess: () => done?.() });
  if (!may) return null;
  return (
    <Section title={t("block.title")}>
      {contact.block && (
        <p className={classes.hint}>
          {contact.block.reason || t("block.no_reason")} · {contact.block.by?.name} ·{" "}
          <RelativeTime at={contact.block.at} />
        </p>
      )}
      {contact.blocked ? (
        <Button size="compact-sm" variant="default" mt={8} loading={block.isPending} onClick={() => set(false)}>
          {t("block.unblock")}
        </Button>
      ) : (
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          leftSection={<IconBan size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {t("block.block")}
        </Button>
      )}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("block.ask")}
        centered
        closeButtonProps={{ "aria-label": common("actions.close") }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            set(reason.trim() || null, () => {
              setAsking(false);
              undoable({ message: t("block.done"), undo: () => set(false) });
            });
          }}
        >
          <p>{t("block.means")}</p>
          <Textarea
            label={t("block.reason")}
            data-autofocus
            maxLength={300}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs" mt="md">
            <Button variant="default" onClick={() => setAsking(false)}>
              {common("actions.cancel")}
            </Button>
            <Button type="submit" color="red" loading={block.isPending}>
              {t("block.block")}
            </Button>
          </Group>
        </form>
      </Modal>
    </Section>
  );
}
