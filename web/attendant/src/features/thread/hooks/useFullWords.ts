import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { ChannelKind } from "@/shared/api/types";
import { capabilitiesQuery } from "@/shared/conversations/queries";
import type { Availability } from "@/shared/routing/types";
import { useAvailabilityWords } from "@/shared/routing/useAvailabilityWords";

import { fullOf } from "../model/receivers";

/** That somebody who is there has no room, or none for a kind of channel: "Online, sem vaga"; null where they have. */
export function useFullWords(): (one: Availability, channel: ChannelKind) => string | null {
  const { t } = useTranslation("transfer");
  const { short } = useAvailabilityWords();
  const kinds = useQuery(capabilitiesQuery).data?.items;
  return (one, channel) => {
    const full = one.state === "online" || one.state === "busy" ? fullOf(one, channel) : null;
    if (full === null) return null;
    const name = kinds?.find(({ kind }) => kind === channel)?.name;
    if (full === "all" || name === undefined) return t("full", { state: short(one) });
    return t("full_channel", { state: short(one), channel: name });
  };
}
