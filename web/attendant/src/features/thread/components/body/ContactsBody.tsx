import { IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";
import { displayName } from "@/shared/text/neutral";

import classes from "./body.module.css";

export function ContactsBody({ message }: { message: MessageOf<"contacts"> }) {
  const { t } = useTranslation("thread");
  if (!("contacts" in message.content)) return null;
  return message.content.contacts.map((card, index) => (
    <div key={index} className={classes.card} style={index > 0 ? { marginTop: 4 } : undefined}>
      <span className={classes.fileType} aria-hidden>
        <IconUser size={20} />
      </span>
      <span className={classes.cardWords}>
        <bdi className={classes.cardTitle}>{card.name ? displayName(card.name) : t("contacts.nameless")}</bdi>
        {card.organization && <span className={classes.cardMore}>{card.organization}</span>}
        {card.phones.map((phone) => (
          <span key={phone.number} className={classes.cardMore} dir="ltr">
            {phone.number}
          </span>
        ))}
        {card.emails.map((one) => (
          <span key={one.email} className={classes.cardMore}>
            {one.email}
          </span>
        ))}
      </span>
    </div>
  ));
}
