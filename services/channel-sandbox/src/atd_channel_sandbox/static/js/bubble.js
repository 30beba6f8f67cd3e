// Draws one message.

import { avatar, h, icon, map, tick } from "./dom.js";
import { clock, language, size, t } from "./i18n.js";
import { viewer } from "./sheet.js";
import { call } from "./store.js";
import { formatted } from "./text.js";
import { player } from "./voice.js";

const FILE_NAMES = { image: "photo", video: "video", audio: "audio" };

const media = (file, name) => `/sandbox/media/${file.id}${name ? `?name=${encodeURIComponent(name)}` : ""}`;

const storyWords = (story) => t(story.mention ? "mentionedStory" : "answeredStory");

/** A message in a few words, for quotes and lists. */
export function snippet(message) {
  if (message.deleted) return t("gone");
  if (message.kind === "text" && message.content.story && !message.text) return storyWords(message.content.story);
  const kind = message.kind === "audio" && message.file?.voice ? "voice" : message.kind;
  const names = { image: "photo", unsupported: "poll" };
  const text = message.text && formatted(message.text).map((part) => part.textContent ?? part).join("");
  if (["text", "interactive", "template"].includes(message.kind)) return text || t(message.kind);
  if (message.kind === "contacts") return message.content.contacts?.[0]?.name?.formatted_name ?? t("contacts");
  if (message.kind === "location" && message.content.name) return message.content.name;
  return text || message.file?.name || t(names[kind] ?? kind);
}

const extension = (file) => (file.name?.includes(".") ? file.name.split(".").pop() : file.mime_type.split("/").pop()).slice(0, 4).toUpperCase();

function documentOf(file) {
  const name = file.name ?? t(FILE_NAMES[file.mime_type.split("/")[0]] ?? "document");
  const words = h("span", {}, h("span", { class: "file-name", title: name }, name), h("span", { class: "file-size" }, file.link ? t("externalFile") : size(file.size)));
  const kind = h("span", { class: "file-kind", "aria-hidden": "true" }, extension(file));
  if (!file.id) return h("div", { class: "file" }, kind, words);
  return h("a", { class: "file", href: media(file, name), download: name, "aria-label": t("download", { name }) }, kind, words);
}

export function pictureOf(file, alt) {
  if (!file?.id) return file ? documentOf(file) : null;
  const image = h("img", { src: media(file), alt, loading: "lazy" });
  image.addEventListener("error", () => image.closest(".picture")?.replaceWith(documentOf(file)));
  return h("button", { type: "button", class: "picture", "aria-label": t("openImage"), on: { click: () => viewer(media(file), alt) } }, image);
}

function fileOf(message) {
  const file = message.file;
  if (!file) return null;
  const kind = ["interactive", "template"].includes(message.kind) ? file.mime_type.split("/")[0] : message.kind;
  if (!file.id) return documentOf(file);
  if (kind === "image") return pictureOf(file, message.text || t("photo"));
  if (kind === "sticker") return h("img", { class: "sticker", src: media(file), alt: t("sticker") });
  if (kind === "video") return h("div", { class: "picture" }, h("video", { src: media(file), controls: true, preload: "metadata" }));
  if (kind === "audio") return player(message, () => call("POST", `/messages/${encodeURIComponent(message.id)}/played`).catch(() => {}));
  return documentOf(file);
}

function placeOf({ latitude, longitude, name, address }) {
  const words = h("span", { class: "place-words" }, h("b", {}, name || t("location")), h("span", {}, address || `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`));
  const href = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=16/${Number(latitude)}/${Number(longitude)}`;
  return h("a", { class: "place", href, target: "_blank", rel: "noopener noreferrer", title: t("openMap") }, map(latitude, longitude), words);
}

const cardsOf = (contacts) => (contacts ?? []).map((one) => {
  const name = one.name?.formatted_name ?? "?";
  const lines = (one.phones ?? []).map((phone) => phone.phone);
  if (!lines.length && one.org?.company) lines.push(one.org.company);
  return h("div", { class: "card" }, avatar({ key: name, name }, true), h("span", {}, h("b", {}, name), lines.map((line) => h("span", {}, line))));
});

function itemsOf(items) {
  const money = (one) => Number(one.item_price ?? 0).toLocaleString(language(), { style: "currency", currency: /^[A-Z]{3}$/.test(one.currency) ? one.currency : "BRL" });
  return h("ul", { class: "items" }, (items ?? []).map((one) => h("li", {}, h("span", {}, `${one.product_retailer_id} · ${t("quantity", { n: one.quantity })}`), h("span", {}, money(one)))));
}

function quoteOf(message, quoted, names) {
  const who = quoted ? (quoted.mine ? t("you") : names.company) : "";
  const jump = () => {
    const row = document.querySelector(`[data-message="${CSS.escape(message.reply_to)}"]`);
    if (!row) return;
    row.scrollIntoView({ block: "center", behavior: "smooth" });
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
  };
  return h("button", { type: "button", class: "quote", on: { click: jump } }, h("b", {}, who), h("span", {}, quoted ? snippet(quoted) : "…"));
}

/** What a message is about, where that is no message: the company's story, a comment that is answered in private. */
function aboutOf({ content }) {
  if (content.story) return h("span", { class: "story" }, h("img", { src: "/static/img/story.jpg", alt: t("story") }), storyWords(content.story));
  if (content.comment) return h("span", { class: "quote" }, h("b", {}, t("aboutComment")), h("span", {}, content.comment));
  return null;
}

function bodyOf(message) {
  const { content } = message;
  if (message.deleted) return [h("span", { class: "gone" }, icon("block"), t("gone"))];
  switch (message.kind) {
    case "location": return [placeOf(content)];
    case "contacts": return cardsOf(content.contacts);
    case "order": return [h("p", { class: "title" }, t("order")), itemsOf(content.items)];
    case "unsupported": return [h("span", { class: "gone" }, icon("list"), `${t("poll")}: ${content.question ?? ""}`)];
    case "interactive": case "template": return [fileOf(message), content.type === "cards" && h("p", { class: "title" }, t("chooseOption")), content.header && h("p", { class: "title" }, content.header)];
    case "text": return [];
    default: return message.file ? [fileOf(message)] : [h("span", { class: "gone" }, icon("question"), t("unsupported"))];
  }
}

/** The buttons under a message; `act` does what a tap means. */
function choicesOf(message, act) {
  const { content, chosen } = message;
  if (message.deleted || message.mine) return null;
  const choice = (name, label, onClick, done) => h("button", { type: "button", class: `choice${done ? " chosen" : ""}`, disabled: Boolean(chosen), on: { click: onClick } }, icon(done ? "check" : name), label);
  const link = (label, url) => h("a", { class: "choice", href: /^https?:/.test(url) ? url : "#", target: "_blank", rel: "noopener noreferrer" }, icon("link"), label);
  const made = [];
  if (content.type === "cta_url") made.push(link(content.link?.display_text ?? "", content.link?.url ?? ""));
  for (const one of content.buttons ?? []) {
    made.push(one.url ? link(one.title, one.url) : choice("reply", one.title, () => act.reply(message, one, message.kind === "template" ? "button" : "button_reply"), chosen === one.id));
  }
  if (content.type === "cards") {
    return h("div", { class: "cards" }, content.sections.flatMap((section) => section.rows).map((one) => h("div", { class: "carousel" },
      h("div", {}, h("b", {}, one.title), one.description && h("span", {}, one.description)), choice("reply", one.button ?? t("choose"), () => act.reply(message, one, "list_reply"), chosen === one.id))));
  }
  if (content.type === "list") made.push(choice("list", content.button, () => act.openList(message), false));
  if (content.type === "location_request_message") made.push(choice("pin", t("shareLocation"), () => act.shareLocation(message)));
  if (content.type === "request_contact_info") made.push(choice("person", t("sharePhone"), () => act.sharePhone(message)));
  return made.length ? h("div", { class: "choices" }, made) : null;
}

export function metaOf(message) {
  const parts = [message.edited && h("span", {}, t("edited")), h("span", {}, clock(message.at)), message.mine && tick(message.status, t(`sentTick_${message.status}`))];
  return h("span", { class: "meta" }, parts);
}

export function reactionsOf(message) {
  const found = [message.company_reaction, message.my_reaction].filter(Boolean);
  return h("span", { class: "reactions", hidden: !found.length }, [...new Set(found)].join(""), found.length > 1 && found[0] === found[1] ? "2" : "");
}

/** The row of a message. `names` are those of company and customer, `quoted` the message it replies to, `act` what taps do. */
export function row(message, { names, quoted, follows, act }) {
  const bare = message.kind === "sticker" && !message.deleted;
  const wide = ["interactive", "template"].includes(message.kind) && !message.deleted;
  const text = !message.deleted && message.text;
  const meta = metaOf(message);
  if (!text && !bare) meta.classList.add("below");
  const bubble = h("div", { class: `bubble${bare ? " bare" : ""}${wide ? " wide" : ""}` },
    message.forwarded && h("span", { class: "forwarded" }, icon("forward"), t("forwarded")),
    message.reply_to && !message.deleted && quoteOf(message, quoted, names),
    !message.deleted && aboutOf(message),
    bodyOf(message),
    text && h("div", { class: `words${message.edited ? " edited" : ""}${message.content.footer ? " footed" : ""}` }, formatted(text)),
    !message.deleted && message.content.footer && h("p", { class: "foot" }, message.content.footer),
    meta);
  const more = h("button", { type: "button", class: "round more", "aria-label": t("more"), on: { click: () => act.menu(message) } }, icon("more"));
  const stack = h("div", { class: "stack" }, bubble, reactionsOf(message), choicesOf(message, act));
  const made = h("div", { class: `row ${message.mine ? "mine" : "theirs"}${follows ? " follows" : ""}`, "data-message": message.id, "data-status": message.status, "data-kind": message.kind },
    stack, !message.deleted && more);
  made.append(h("span", { class: "sr" }, `${message.mine ? t("you") : names.company}, ${clock(message.at)}`));
  return made;
}
