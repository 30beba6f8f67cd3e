import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useConversation } from "@/shared/conversations/queries";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";
import { PersonName } from "@/shared/ui/SafeText";
import { Bar } from "@/shared/ui/Skeletons";

import classes from "./unsent.module.css";

interface Props {
  conversationId: string;
}

/** The customer's picture, with the channel. */
export function CustomerPicture({ conversationId }: Props) {
  const { data } = useConversation(conversationId);
  if (data === undefined) return <Bar width={32} height={32} round />;
  const { contact, channel } = data;
  const name = neutralName(contact.name ?? "");
  return <Avatar id={contact.id} name={name} size={32} picture={contact.avatar_url} channel={channel} />;
}

/** Leads to the conversation, by the customer's name; one that cannot be reached any more is only said. */
export function CustomerLink({ conversationId }: Props) {
  const { t } = useTranslation("unsent");
  const { data, isError } = useConversation(conversationId);
  if (data === undefined) return isError ? <span className={classes.name}>{t("gone")}</span> : <Bar width={140} />;
  return (
    <Link to={`/inbox/all/${conversationId}`} className={classes.name}>
      <PersonName name={neutralName(data.contact.name ?? "") || t("nameless")} />
    </Link>
  );
}
