import { Button, Group, Modal, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { useDraft } from "@/shared/conversations/useDraft";
import { IconButton } from "@/shared/ui/IconButton";

import { useDialogSending } from "../hooks/useDialogSending";
import { useRefusalText } from "../hooks/useRefusalText";
import classes from "./composer.module.css";
import type { DialogProps } from "./dialogProps";

const MOST_PHONES = 5;
const PHONE = /^\+?[\d\s().-]{5,24}$/;

/** Somebody's card: a colleague, a shop, an emergency number. */
export function ContactDialog({ conversation, draft, onClose }: DialogProps) {
  const { t } = useTranslation(["composer", "app"]);
  const { set } = useDraft(conversation.id, "reply");
  const refusalText = useRefusalText();
  const { submit, sending, problem } = useDialogSending(conversation.id, () => {
    set({ replyTo: null });
    onClose();
  });
  const [name, setName] = useState("");
  const [phones, setPhones] = useState([""]);
  const [email, setEmail] = useState("");
  const [organization, setOrganization] = useState("");
  const [tried, setTried] = useState(false);
  const nameProblem = tried && name.trim() === "" ? t("contact.name_missing") : undefined;
  const phoneProblem = (phone: string, at: number) => {
    if (phone.trim() === "") return at === 0 ? t("contact.phone_missing") : undefined;
    return PHONE.test(phone.trim()) ? undefined : t("contact.phone_wrong");
  };
  const emailProblem =
    email.trim() === "" || /^\S+@\S+\.\S+$/.test(email.trim()) ? undefined : t("contact.email_wrong");

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "" || phones.some(phoneProblem) || emailProblem !== undefined) return;
    const card = {
      name: name.trim(),
      phones: phones.filter((one) => one.trim() !== "").map((number) => ({ number: number.trim() })),
      emails: email.trim() === "" ? [] : [{ email: email.trim() }],
      organization: organization.trim() || null,
    };
    void submit({ kind: "contacts", contacts: [card], reply_to: draft.replyTo });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("contact.title")}
      centered
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <form onSubmit={onSubmit} className={classes.dialogForm} noValidate autoComplete="off">
        <TextInput
          label={t("contact.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={nameProblem}
          required
          data-autofocus
        />
        {phones.map((phone, at) => (
          <div key={at} className={classes.lineWithButton}>
            <TextInput
              style={{ flex: 1 }}
              label={t("contact.phone", { number: at + 1 })}
              placeholder="+55 11 98765-4321"
              inputMode="tel"
              value={phone}
              onChange={(event) => setPhones(phones.with(at, event.target.value))}
              error={tried ? phoneProblem(phone, at) : undefined}
              required={at === 0}
            />
            {at > 0 && (
              <IconButton
                label={t("contact.remove_phone", { number: at + 1 })}
                onClick={() => setPhones(phones.filter((_, other) => other !== at))}
              >
                <IconX size={18} />
              </IconButton>
            )}
          </div>
        ))}
        {phones.length < MOST_PHONES && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={16} />}
            onClick={() => setPhones([...phones, ""])}
            style={{ alignSelf: "flex-start" }}
          >
            {t("contact.add_phone")}
          </Button>
        )}
        <TextInput
          label={t("contact.email")}
          inputMode="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={tried ? emailProblem : undefined}
        />
        <TextInput
          label={t("contact.organization")}
          value={organization}
          onChange={(event) => setOrganization(event.target.value)}
        />
        {problem !== null && (
          <p className={classes.problem} role="alert">
            {refusalText(problem)}
          </p>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("app:actions.cancel")}
          </Button>
          <Button type="submit" loading={sending}>
            {t("contact.send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
