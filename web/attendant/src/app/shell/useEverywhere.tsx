import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMessage, IconSearch, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { settingsPages } from "@/app/settings";
import type { PaletteEntry, PaletteSource } from "@/features/palette";
import { addressOf, addressOfHit, joined, useOpenCustomer, useSearch } from "@/features/search";
import { useAllowedPages } from "@/features/settings";
import { api, unwrap } from "@/shared/api/client";
import type { Contact, Conversation, Page } from "@/shared/api/types";
import { LANGUAGES } from "@/shared/i18n";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { displayName, neutralName } from "@/shared/text/neutral";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";

const SHORTEST = 2;
const FOUND_AT_MOST = 8;
const PAUSE_MS = 150;
const HITS_SHOWN = 5;

/** What the palette searches besides the actions: pages of the settings, conversations and customers. */
export function useEverywhere(query: string): { sources: readonly PaletteSource[]; searching: boolean } {
  const { t } = useTranslation(["app", "search"]);
  const conversations = useConversations(query);
  const customers = useCustomers(query);
  const messages = useMessages(query);
  const settings = useSettingsSource();
  const sources = [
    settings,
    { heading: t("palette.conversations"), entries: conversations.entries, found: true },
    { heading: t("palette.customers"), entries: customers.entries, found: true },
    { heading: t("search:palette.heading"), entries: messages.entries, found: true },
  ];
  return { sources, searching: conversations.searching || customers.searching || messages.searching };
}

function useSettingsSource(): PaletteSource {
  const { t } = useTranslation("app");
  const pages = useAllowedPages(settingsPages);
  // Without waiting: the box must be there at once, the pages may come a moment later.
  const { i18n, ready } = useTranslation(["app", ...pages.map(({ namespace }) => namespace)], { useSuspense: false });
  const navigate = useNavigate();
  const loaded = LANGUAGES.filter((language) =>
    pages.every((page) => i18n.hasResourceBundle(language, page.namespace)),
  );
  const entries = (ready ? pages : []).flatMap((page): PaletteEntry[] => {
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

/** What is typed, after a short pause; null: too short to search for, or not allowed. */
function useSearched(query: string, may: boolean): string | null {
  const [settled] = useDebouncedValue(query.trim(), PAUSE_MS);
  return may && settled.length >= SHORTEST ? settled : null;
}

/** Whether it is closed, and whose it is: enough to tell it from the customer's other ones. */
function useStanding(): (conversation: Conversation) => string[] {
  const { t } = useTranslation("app");
  const me = useMe();
  return ({ status, assignee }) => {
    const whose = assignee?.id === me.id ? t("palette.mine") : assignee && displayName(assignee.name);
    if (status === "closed") return [t("palette.closed"), ...(whose ? [whose] : [])];
    return [whose ?? t("palette.nobody")];
  };
}

function useConversations(query: string) {
  const standing = useStanding();
  const navigate = useNavigate();
  const searched = useSearched(query, useMay("conversations:read"));
  const { data, isFetching } = useQuery({
    queryKey: ["conversations", "palette", searched],
    queryFn: ({ signal }) => {
      const query = { q: searched, limit: FOUND_AT_MOST };
      return unwrap<Page<Conversation>>(api.GET("/api/v1/conversations", { params: { query }, signal }));
    },
    enabled: searched !== null,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const items = searched === null ? [] : (data?.items ?? []);
  return {
    searching: isFetching,
    entries: items.map((conversation) => ({
      id: conversation.id,
      label: displayName(conversation.contact.name),
      detail: [`#${conversation.number}`, conversation.channel.name, ...standing(conversation)].join(" · "),
      icon: <ChannelMark kind={conversation.channel.kind} />,
      run: () => void navigate(addressOf(conversation)),
    })),
  };
}

function useCustomers(query: string) {
  const mayReadConversations = useMay("conversations:read");
  const searched = useSearched(query, useMay("contacts:read") && mayReadConversations);
  const { data, isFetching } = useQuery({
    queryKey: ["contacts", "palette", searched],
    queryFn: ({ signal }) => {
      const query = { q: searched, limit: FOUND_AT_MOST };
      return unwrap<Page<Contact>>(api.GET("/api/v1/contacts", { params: { query }, signal }));
    },
    enabled: searched !== null,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const open = useOpenCustomer();
  const items = searched === null ? [] : (data?.items ?? []);
  return {
    searching: isFetching,
    entries: items.map((contact) => ({
      id: contact.id,
      label: displayName(contact.name),
      detail: contact.phone ? phoneText(contact.phone) : neutralName(contact.email ?? ""),
      icon: <IconUser size={18} stroke={1.75} aria-hidden="true" />,
      run: () => void open(contact),
    })),
  };
}

/** The newest messages with these words, and the way to all of them. */
function useMessages(query: string): { entries: PaletteEntry[]; searching: boolean } {
  const { t } = useTranslation("search");
  const navigate = useNavigate();
  const searched = useSearched(query, useMay("conversations:read"));
  const { data, isFetching } = useSearch({ q: searched ?? "" });
  const all = `?q=${encodeURIComponent(searched ?? "")}`;
  const hits = searched === null ? [] : joined(data?.pages ?? []);
  const entries = hits.flatMap(({ conversation, messages }): PaletteEntry[] =>
    messages.map(({ message, snippets: [snippet] }) => ({
      id: message.id,
      label: neutralName((snippet?.segments ?? []).map(({ text }) => text).join("")) || "—",
      detail: `${displayName(conversation.contact.name)} · #${conversation.number}`,
      icon: <IconMessage size={18} stroke={1.75} aria-hidden="true" />,
      run: () => void navigate(addressOfHit("all", conversation.id, message.id, all)),
    })),
  );
  const everything: PaletteEntry = {
    id: "search all",
    label: t("palette.all", { q: searched ?? "" }),
    icon: <IconSearch size={18} stroke={1.75} aria-hidden="true" />,
    run: () => void navigate(`/inbox/all${all}`),
  };
  return { searching: isFetching, entries: searched === null ? [] : [everything, ...entries.slice(0, HITS_SHOWN)] };
}
