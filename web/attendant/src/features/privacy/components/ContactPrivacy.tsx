import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { PreparedProgress } from "@/features/papers";
import type { Contact } from "@/shared/api/types";
import { languageFor } from "@/shared/i18n";
import { useMay } from "@/shared/session/SessionProvider";
import { useProblemText } from "@/shared/ui/problemText";

import { useDataExport, useErase, useHold, useSetHold } from "../api/privacy";
import classes from "./privacy.module.css";

/** What the law gives a customer: their data as a file, a hold, and erasing for good. Only for who may. */
export function ContactPrivacy({ contact }: { contact: Contact }) {
  const may = useMay("privacy:manage");
  return may ? <Actions contact={contact} key={contact.id} /> : null;
}

function Actions({ contact }: { contact: Contact }) {
  const { t, i18n } = useTranslation("privacy");
  const problemText = useProblemText();
  const [dialog, setDialog] = useState<"erase" | "hold" | null>(null);
  const { data: hold } = useHold(contact.id);
  const setHold = useSetHold(contact.id);
  const { ask, asking, error, file } = useDataExport(contact.id, languageFor([i18n.language]));
  const held = hold?.hold ?? null;
  return (
    <section aria-label={t("contact.title")} style={{ padding: "12px 16px" }}>
      <Stack gap="xs">
        <Text component="h3" fz={13} fw={600} m={0}>
          {t("contact.title")}
        </Text>
        {held !== null && (
          <Text size="sm" c="var(--warning)">
            {t("contact.held", { reason: held.reason })}
          </Text>
        )}
        <div className={classes.actions}>
          <Button size="compact-sm" variant="default" onClick={ask} loading={asking}>
            {t("contact.export")}
          </Button>
          {held === null ? (
            <Button size="compact-sm" variant="default" onClick={() => setDialog("hold")}>
              {t("contact.hold")}
            </Button>
          ) : (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setHold.mutate(null)}
              loading={setHold.isPending}
            >
              {t("contact.release")}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            onClick={() => setDialog("erase")}
            disabled={held !== null}
          >
            {t("contact.erase")}
          </Button>
        </div>
        {file && <PreparedProgress file={file} />}
        {error && <Text c="var(--danger)">{problemText(error).text}</Text>}
      </Stack>
      <HoldDialog opened={dialog === "hold"} close={() => setDialog(null)} set={setHold} />
      <EraseDialog
        opened={dialog === "erase"}
        contact={contact}
        close={() => setDialog(null)}
        done={() => setDialog(null)}
      />
    </section>
  );
}

interface HoldProps {
  opened: boolean;
  close: () => void;
  set: ReturnType<typeof useSetHold>;
}

function HoldDialog({ opened, close, set }: HoldProps) {
  const { t } = useTranslation("privacy");
  const [reason, setReason] = useState("");
  const problemText = useProblemText();
  return (
    <Modal opened={opened} onClose={close} title={t("hold.title")} closeButtonProps={{ "aria-label": t("close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(reason, { onSuccess: close });
        }}
      >
        <Stack gap="md">
          <Text c="var(--text-2)">{t("hold.text")}</Text>
          <TextInput
            label={t("reason")}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
            error={set.error ? problemText(set.error).text : undefined}
            maxLength={300}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button type="submit" loading={set.isPending} disabled={reason.trim() === ""}>
              {t("hold.set")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface EraseProps {
  opened: boolean;
  contact: Contact;
  close: () => void;
  done: () => void;
}

function EraseDialog({ opened, contact, close, done }: EraseProps) {
  const { t } = useTranslation("privacy");
  const erasing = useErase(contact.id);
  const problemText = useProblemText();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const name = contact.name ?? contact.id;
  const ready = typed.trim() === name.trim() && reason.trim() !== "";
  return (
    <Modal opened={opened} onClose={close} title={t("erase.title")} closeButtonProps={{ "aria-label": t("close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          erasing.mutate({ confirm: typed, reason }, { onSuccess: done });
        }}
      >
        <Stack gap="md">
          <Text>{t("erase.text", { name })}</Text>
          <TextInput
            label={t("reason")}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
            maxLength={300}
            data-autofocus
          />
          <TextInput
            label={t("erase.confirm", { name })}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            autoComplete="off"
          />
          {erasing.error && (
            <Text role="alert" c="var(--danger)">
              {problemText(erasing.error).text}
            </Text>
          )}
          <Group justify="flex-end">
            <Button type="submit" color="red" loading={erasing.isPending} disabled={!ready}>
              {t("erase.do")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
