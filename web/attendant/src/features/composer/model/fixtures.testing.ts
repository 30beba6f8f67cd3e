/** What a channel might be able to do, for tests. */
import type { Capabilities, NoteLimits } from "@/shared/api/types";

export const CAPABILITIES: Capabilities = {
  kind: "whatsapp",
  name: "WhatsApp",
  sends: ["text", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive", "template"],
  text: { max_length: 4096, unit: "characters" },
  caption: { max_length: 100, unit: "characters" },
  files: [
    { kind: "sticker", mime_types: ["image/webp"], max_bytes: 100_000, caption: false },
    { kind: "image", mime_types: ["image/jpeg", "image/png"], max_bytes: 5_000_000, caption: true },
    { kind: "audio", mime_types: ["audio/ogg", "audio/mpeg"], max_bytes: 16_000_000, caption: false },
    { kind: "document", mime_types: ["application/pdf", "text/plain"], max_bytes: 100_000_000, caption: true },
  ],
  files_per_message: 1,
  voice: { mime_types: ["audio/ogg"], max_bytes: 16_000_000 },
  interactive: {
    types: ["buttons", "list", "link"],
    body_max: 1024,
    body_unit: "characters",
    header_max: 60,
    footer_max: 60,
    header_files: [],
    buttons: { max: 3, title_max: 20, id_max: 256, id_unit: "characters" },
    list: {
      body_max: 4096,
      button_max: 20,
      sections_max: 10,
      section_title_max: 24,
      rows_max: 10,
      id_unit: "characters",
      id_max: 200,
      title_max: 24,
      description_max: 72,
    },
    link: { title_max: 20, url_max: 2000 },
  },
  templates: true,
  replies: true,
  reactions: null,
  reply_window_seconds: 86_400,
  read_marks: true,
  typing: true,
  public: false,
  moderation: [],
};

export const NOTES: NoteLimits = { text: { max_length: 10_000, unit: "characters" }, files_per_message: 10 };
