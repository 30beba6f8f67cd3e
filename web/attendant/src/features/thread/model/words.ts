/** A message in plain words, for what is copied, quoted, announced. */
import type { TFunction } from "i18next";

import type { Message } from "@/shared/api/types";
import { neutralFileName, neutralName } from "@/shared/text/neutral";

import { contextOf, filesOf } from "./context";

type T = TFunction<"thread">;

/** The text, or what stands for it: the file's name, the place, "Foto". */
export function textOf(message: Message, t: T): string {
  if (message.deleted_at) return t("deleted.short");
  if (message.text) return message.text;
  const file = filesOf(message)[0];
  if (message.kind === "document" && file !== undefined) return neutralFileName(file.name);
  if (message.kind === "location" && "latitude" in message.content) {
    const { name, address, latitude, longitude } = message.content;
    return [name, address].filter(Boolean).join(", ") || `${latitude}, ${longitude}`;
  }
  if (message.kind === "contacts" && "contacts" in message.content) {
    return message.content.contacts
      .map((card) => [neutralName(card.name ?? ""), ...card.phones.map((phone) => phone.number)].join(" "))
      .join("\n");
  }
  if (message.kind === "interactive" && "reply" in message.content) return message.content.reply.title;
  if (message.kind === "template" && "name" in message.content) return message.content.name;
  const { shared } = contextOf(message);
  const named = shared?.title ?? shared?.url;
  if (named) return named;
  return t(`kind.${message.kind}`);
}

/** The same on one line, cut short. */
export function shortTextOf(message: Message, t: T, most = 140): string {
  const line = textOf(message, t).slice(0, 1000).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
