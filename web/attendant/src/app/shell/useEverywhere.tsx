import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { settingsPages } from "@/app/settings";
import type { PaletteEntry, PaletteSource } from "@/features/palette";
import { useAllowedPages } from "@/features/settings";
import { api, unwrap } from "@/shared/api/client";
import type { Conversation, Page } from "@/shared/api/types";
import { LANGUAGES } from "@/shared/i18n";
import { useMay } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { ChannelMark } from "@/shared/ui/ChannelMark";

const SHORTEST = 2;
const FOUND_AT_MOST = 8;

/** What the palette searches besides the actions: pages of the settings, and conversations by customer or number. */
export function useEverywhere(query: string): { sources: readonly PaletteSource[]; searching: boolean } {
  const { t } = useTranslation("app");
  const conversations = useConversations(query);
  const settings = useSettingsSource();
  const sources = [settings, { heading: t("palette.conversations"), entries: conversations.entries, found: true }];
  return { sources, searching: conversations.searching };
}

function useSettingsSource(): PaletteSource {
  const { t } = useTranslation("app");
  const pages = useAllowedPages(settingsPages);
  const { i18n } = useTranslation(["app", ...pages.map(({ namespace }) => namespace)]);
  const navigate = useNavigate();
  const loaded = LANGUAGES.filter((language) =>
    pages.every((page) => i18n.hasResourceBundle(language, page.namespace)),
  );
  const entries = pages.flatMap((page): PaletteEntry[] => {
    const { title, settings } = page.texts(i18n.language);
    const icon = <page.icon size={18} stroke={1.75} aria-hidden="true" />;
    const words = loaded.map((language) => page.texts(language).words).join(" ");
    return [
      { id: page.id, label: title, words, icon, run: () => void navigate(`/settings/${page.id}`) },
      ...settings.map((setting) => ({
        id: `${page.id}#${setting.id}`,
        label: setting.label,
        detail: title,
        words: setting.words ?? "",
        icon,
        run: () => void navigate(`/settings/${page.id}#${setting.id}`),
      })),
    ];
  });
  return { heading: t("palette.settings"), entries };
}

function useConversations(query: string) {
  const navigate = useNavigate();
  const may = useMay("conversations:read");
  const [settled] = useDebouncedValue(query.trim(), 150);
  const wanted = may && settled.length >= SHORTEST;
  const { data, isFetching } = useQuery({
    queryKey: ["conversations", "palette", settled],
    queryFn: ({ signal }) => {
      const query = { q: settled, limit: FOUND_AT_MOST };
      return unwrap<Page<Conversation>>(api.GET("/api/v1/conversations", { params: { query }, signal }));
    },
    enabled: wanted,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const items = wanted ? (data?.items ?? []) : [];
  return {
    searching: isFetching,
    entries: items.map((conversation) => ({
      id: conversation.id,
      label: neutralName(conversation.contact.name ?? "") || "—",
      detail: `#${conversation.number} · ${conversation.channel.name}`,
      icon: <ChannelMark kind={conversation.channel.kind} />,
      run: () => void navigate(`/inbox/${conversation.status === "closed" ? "closed" : "all"}/${conversation.id}`),
    })),
  };
}
