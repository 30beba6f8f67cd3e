import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { useDraft } from "@/shared/conversations/useDraft";

import { useDialogSending } from "../hooks/useDialogSending";
import { useRefusalText } from "../hooks/useRefusalText";
import { coordinatesIn, isOnEarth } from "../model/place";
import classes from "./composer.module.css";
import type { DialogProps } from "./dialogProps";

/** A place: by the address of a map, or by its coordinates. */
export function LocationDialog({ conversation, draft, onClose }: DialogProps) {
  const { t } = useTranslation(["composer", "app"]);
  const { set } = useDraft(conversation.id, "reply");
  const refusalText = useRefusalText();
  const { submit, sending, problem } = useDialogSending(conversation.id, () => {
    set({ replyTo: null });
    onClose();
  });
  const [link, setLink] = useState("");
  const [latitude, setLatitude] = useState("");
  const [longitude, setLongitude] = useState("");
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const place = { latitude: decimal(latitude), longitude: decimal(longitude) };
  const valid = isOnEarth(place);
  const unread = link.trim() !== "" && coordinatesIn(link) === null;

  const onLink = (text: string) => {
    setLink(text);
    const found = coordinatesIn(text);
    if (found === null) return;
    setLatitude(String(found.latitude));
    setLongitude(String(found.longitude));
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!valid) return;
    const location = { ...place, name: name.trim() || null, address: address.trim() || null };
    void submit({ kind: "location", location, reply_to: draft.replyTo });
  };
  const wrong = (value: string, most: number) =>
    tried && !(Math.abs(decimal(value)) <= most) ? t("location.wrong", { most }) : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("location.title")}
      centered
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      <form onSubmit={onSubmit} className={classes.dialogForm} noValidate>
        <TextInput
          label={t("location.link")}
          description={t("location.link_hint")}
          value={link}
          onChange={(event) => onLink(event.target.value)}
          error={unread ? t("location.link_unread") : undefined}
          autoComplete="off"
          data-autofocus
        />
        <Group grow align="flex-start" gap="sm">
          <TextInput
            label={t("location.latitude")}
            inputMode="decimal"
            value={latitude}
            onChange={(event) => setLatitude(event.target.value)}
            error={wrong(latitude, 90)}
            required
          />
          <TextInput
            label={t("location.longitude")}
            inputMode="decimal"
            value={longitude}
            onChange={(event) => setLongitude(event.target.value)}
            error={wrong(longitude, 180)}
            required
          />
        </Group>
        <TextInput label={t("location.name")} value={name} onChange={(event) => setName(event.target.value)} />
        <TextInput label={t("location.address")} value={address} onChange={(event) => setAddress(event.target.value)} />
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
            {t("location.send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** A number with a decimal point or comma; NaN for anything else. */
function decimal(text: string): number {
  const clean = text.trim().replace(",", ".");
  return clean === "" ? NaN : Number(clean);
}
