import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";
import { phoneText } from "@/shared/text/phone";
import { Avatar } from "@/shared/ui/Avatar";
import { PersonName } from "@/shared/ui/SafeText";

import classes from "./record.module.css";

/** A customer in a list: who it is, and by what they are told from others of the same name. */
export function CustomerLine({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const name = neutralName(contact.name ?? "");
  const facts = [contact.phone && phoneText(contact.phone), contact.email, contact.document_formatted];
  return (
    <>
      <Avatar id={contact.id} name={name} size={36} picture={contact.avatar_url} />
      <span className={classes.rowWords}>
        <span>
          <PersonName name={name} fallback={t("no_name")} />
        </span>
        <small>
          {contact.blocked && <span className={classes.rowBlocked}>{t("blocked_short")} · </span>}
          <bdi dir="ltr">{facts.filter(Boolean).join(" · ") || "—"}</bdi>
        </small>
      </span>
    </>
  );
}
