import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";

import { useIdentities } from "../api/record";
import classes from "./record.module.css";
import { Section } from "./Section";

/** By what the customer is known, and how sure that is. */
export function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { data } = useIdentities(contact);
  if (data === undefined) return null;
  return (
    <Section title={t("identities.title")}>
      {data.items.length === 0 && <p className={classes.hint}>{t("identities.none")}</p>}
      <ul className={classes.list}>
        {data.items.map((one) => (
          <li key={`${one.status} ${one.kind} ${one.value} ${one.account_id ?? ""}`} className={classes.identity}>
            {one.channel && (
              <ChannelMark kind={one.channel} size={14} {...(one.account_name && { name: one.account_name })} />
            )}
            <bdi dir="ltr">{one.kind === "phone" ? phoneText(one.value) : one.value}</bdi>
            <small data-status={one.status} title={t(`help.${one.status}`)}>
              {t(one.status)}
              {one.account_name && ` · ${one.account_name}`}
            </small>
          </li>
        ))}
      </ul>
    </Section>
  );
}
