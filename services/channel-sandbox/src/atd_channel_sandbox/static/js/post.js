// A post of a page with its thread: comments of everybody, answers below them, in place of a conversation.

import { avatar, emblem, h, icon } from "./dom.js";
import { clock, day, t } from "./i18n.js";
import { pictureOf } from "./bubble.js";
import { formatted } from "./text.js";
import { store } from "./store.js";

/** The comment at the top of the answers in which this one stands. */
function topOf(message, known) {
  let found = message;
  for (let step = 0; found.reply_to && known.has(found.reply_to) && step < known.size; step += 1) found = known.get(found.reply_to);
  return found.id;
}

function when(at) {
  return day(at) === t("today") ? clock(at) : `${day(at)}, ${clock(at)}`;
}

function comment(message, company, act) {
  const person = message.mine ? store.customers.get(message.customer) : null;
  const name = message.mine ? person?.name ?? "?" : company.name;
  const own = message.mine && message.customer === store.customer;
  const face = message.mine ? avatar({ key: message.customer, name }, true) : emblem(company);
  if (message.deleted) {
    return h("div", { class: "comment", "data-message": message.id }, face, h("p", { class: "comment-gone" }, icon("block"), t("goneComment")));
  }
  const marks = [own && h("span", { class: "mark" }, t("you")), !message.mine && h("span", { class: "mark page" }, t("page"))];
  const link = message.content.link;
  const words = h("div", { class: "comment-words" },
    h("p", { class: "comment-name" }, h("b", {}, name), marks),
    message.text && h("p", { class: "comment-text" }, formatted(message.text)),
    link && h("a", { href: /^https?:/.test(link) ? link : "#", target: "_blank", rel: "noopener noreferrer" }, t("photo")));
  const foot = h("p", { class: "comment-foot" },
    h("span", {}, when(message.at)), message.edited && h("span", {}, t("edited")),
    h("button", { type: "button", class: "comment-act", on: { click: () => act.answer(message) } }, t("reply")),
    message.company_reaction && h("span", { class: "comment-like", title: t("likedByPage") }, "👍"),
    message.mine && message.status === "waiting" && h("span", {}, t("sentTick_waiting")),
    message.mine && message.status === "failed" && h("span", { class: "bad" }, t("sentTick_failed")));
  return h("div", { class: `comment${message.hidden ? " hidden-comment" : ""}${own ? " own" : ""}`, "data-message": message.id, "data-status": message.status },
    face,
    h("div", { class: "comment-body" },
      message.hidden && h("p", { class: "comment-hidden" }, icon("block"), t("hiddenByPage")),
      h("div", { class: "comment-line" }, words, own && h("button", { type: "button", class: "round more", "aria-label": t("more"), on: { click: () => act.menu(message) } }, icon("more"))),
      message.file && h("div", { class: "comment-picture" }, pictureOf(message.file, message.text || t("photo"))),
      foot));
}

/** The post and its comments, the oldest first; answers stand below the comment at their top. */
export function postThread(company, messages, act) {
  const known = new Map(messages.map((one) => [one.id, one]));
  const below = new Map();
  const tops = [];
  for (const one of messages) {
    const top = topOf(one, known);
    if (top === one.id) tops.push(one);
    else below.set(top, [...(below.get(top) ?? []), one]);
  }
  const count = messages.filter((one) => !one.deleted).length;
  const card = h("article", { class: "post" },
    h("header", { class: "post-head" }, emblem(company), h("div", {}, h("b", {}, company.name), h("span", {}, `${company.handle ?? ""} · ${t("publicPost")}`))),
    h("p", { class: "post-text" }, company.post.text),
    company.post.picture && h("img", { class: "post-picture", src: company.post.picture, alt: t("postPicture") }),
    h("p", { class: "post-count" }, t(count === 1 ? "comment" : "comments", { n: count })));
  const shown = tops.map((one) => h("li", {}, comment(one, company, act),
    below.has(one.id) && h("ul", { class: "answers" }, below.get(one.id).map((answer) => h("li", {}, comment(answer, company, act))))));
  return [card, h("ul", { class: "comments" }, shown.length ? shown : h("li", { class: "no-comments" }, t("noComments")))];
}
