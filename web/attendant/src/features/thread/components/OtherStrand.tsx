import { Anchor } from "@mantine/core";
import { IconLock, IconWorld } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import { otherStrands } from "@/shared/conversations/strands";
import { neutralName } from "@/shared/text/neutral";

/** The link from somebody's public comments to their private conversation, and back; nothing where there is none. */
export function OtherStrand({ contactId, isPublic }: { contactId: string; isPublic: boolean }) {
  const { t } = useTranslation("thread");
  const { view = "all" } = useParams();
  const { search } = useLocation();
  const { data } = useQuery(otherStrands(contactId));
  const other = data?.find((one) => (one.thread?.public === true) !== isPublic);
  if (other === undefined) return null;
  const name = neutralName(other.contact.name ?? "") || t("customer");
  return (
    <Anchor component={Link} to={{ pathname: `/inbox/${view}/${other.id}`, search }} inherit>
      {isPublic ? <IconLock size={12} aria-hidden /> : <IconWorld size={12} aria-hidden />}{" "}
      {t(isPublic ? "public.private_conversation" : "public.public_conversation", { name })}
    </Anchor>
  );
}
