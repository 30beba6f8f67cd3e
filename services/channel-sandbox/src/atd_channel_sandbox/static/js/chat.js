// The phone: its header, the messages, the actions of a tap on a message.

import { emblem, h, icon } from "./dom.js";
import { clock, day, t } from "./i18n.js";
import { metaOf, reactionsOf, row } from "./bubble.js";
import { buildComposer } from "./composer.js";
import { postThread } from "./post.js";
import { item, sheet, toast } from "./sheet.js";
import { call, can, currentCompany, currentCustomer, currentMessages, currentThread, goToList, markSeen, store, subscribe } from "./store.js";

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const NEAR_END = 160;
const MINUTE = 60000;

export function buildStage(stage) {
  const head = h("header", { class: "chat-head" });
  const banner = h("div", { class: "banner", role: "status", hidden: true });
  const log = h("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  const statusBar = h("div", { class: "status-bar", "aria-hidden": "true" });
  const composer = buildComposer();
  stage.append(h("section", { class: "phone" }, statusBar, head, banner, log, composer.element));

  const change = (work) => work.catch((error) => toast(t(error.status === 409 ? "offlineRefused" : "failed")));
  const goBack = () => {
    goToList();
    document.querySelector(".thread[aria-current='true']")?.focus();
  };
  const path = (message) => `/messages/${encodeURIComponent(message.id)}`;

  const act = {
    reply: (message, one, sentAs) => composer.sendDraft({ kind: "reply", text: one.title, content: { sent_as: sentAs, reply: { id: one.id, title: one.title, ...(one.description ? { description: one.description } : {}) } }, reply_to: message.id }),
    openList: (message) => sheet(message.content.button, (close) => [
      h("h3", {}, t("chooseOption")),
      (message.content.sections ?? []).map((section) => [
        section.title ? h("p", { class: "section-title" }, section.title) : [],
        section.rows.map((one) => item("list", one.title, one.description, () => { close(); act.reply(message, one, "list_reply"); })),
      ]).flat(3),
    ].flat()),
    shareLocation: (message) => composer.chooseLocation(message.id),
    sharePhone: (message) => {
      const person = currentCustomer();
      composer.sendDraft({ kind: "contacts", content: { origin: "contact_request", contacts: [{ name: { formatted_name: person.name, first_name: person.name.split(" ")[0] }, phones: [{ phone: `+${person.key}`, wa_id: person.key, type: "CELL" }] }] }, reply_to: message.id });
    },
    answer: (message) => composer.replyTo(message),
    menu: (message) => sheet(t("actions"), (close) => {
      const then = (work) => () => { close(); work(); };
      const react = (emoji) => change(call("PUT", `${path(message)}/reaction`, { emoji: message.my_reaction === emoji ? null : emoji }));
      return [
        can("reactions") && h("div", { class: "emojis" }, QUICK.map((emoji) => h("button", { type: "button", "aria-label": t("react", { emoji }), "aria-pressed": String(message.my_reaction === emoji), on: { click: then(() => react(emoji)) } }, emoji))),
        item("reply", t("reply"), null, then(() => composer.replyTo(message))),
        message.text && item("copy", t("copy"), null, then(() => navigator.clipboard.writeText(message.text).then(() => toast(t("copied"))).catch(() => {}))),
        can("forward") && message.kind === "text" && item("forward", t("forward"), null, then(() => composer.sendDraft({ kind: "text", text: message.text, forwarded: true }))),
        can("edit") && message.mine && message.kind === "text" && !message.content.reply && item("edit", t("edit"), null, then(() => composer.edit(message))),
        can("delete") && message.mine && item("trash", t("erase"), null, then(() => change(call("DELETE", path(message)))), true),
      ].filter(Boolean);
    }),
  };

  function drawHead() {
    const company = currentCompany(), person = currentCustomer(), thread = currentThread();
    stage.setAttribute("aria-label", company?.name ?? t("title"));
    head.hidden = !company || !person;
    composer.element.hidden = head.hidden;
    statusBar.replaceChildren(h("span", {}, clock(Date.now())), h("span", { class: "camera" }),
      h("span", { class: "signals" }, person && !person.online ? h("span", { class: "lost" }, icon("plane")) : icon("signal"), icon("battery")));
    if (head.hidden) return;
    const typing = person.online && thread?.typing_until > Date.now();
    const about = person.online ? t("youAre", { name: person.name }) : t("offlineTitle");
    head.replaceChildren(
      h("button", { type: "button", class: "round only-narrow", "aria-label": t("back"), on: { click: goBack } }, icon("back")),
      emblem(company),
      h("div", { class: "chat-title" }, h("h2", {}, company.name), h("p", { class: typing ? "typing" : "" }, typing ? t("typing") : about)),
      h("button", { type: "button", class: "round only-drawer", "aria-label": t("openPanel"), on: { click: () => { document.body.dataset.panel = "open"; document.querySelector(".panel button")?.focus(); } } }, icon("sliders")));
    const reason = !person.online ? ["plane", "offlineBanner"] : company.own && !company.connected ? ["clock", "notConnected"] : thread?.blocked ? ["block", "blockedBanner"] : thread?.window_closed ? ["clock", "windowBanner"] : null;
    banner.hidden = !reason;
    if (reason) banner.replaceChildren(icon(reason[0]), h("span", {}, t(reason[1])));
    drawTyping(typing);
    clearTimeout(drawHead.timer);
    if (typing) drawHead.timer = setTimeout(drawHead, thread.typing_until - Date.now() + 50);
  }

  function drawTyping(typing) {
    const shown = log.querySelector(".typing-row");
    if (!typing) return shown?.remove();
    if (shown) return log.append(shown);
    const atEnd = isAtEnd();
    log.append(h("div", { class: "row typing-row", "aria-hidden": "true" }, h("div", { class: "bubble" }, h("i"), h("i"), h("i"))));
    if (atEnd) toEnd();
    return undefined;
  }

  let pinned = true;  // stay at the end when a picture above gets its size
  log.addEventListener("scroll", () => { pinned = isAtEnd(); });
  for (const event of ["load", "loadedmetadata"]) log.addEventListener(event, () => { if (pinned && !currentCompany()?.post) toEnd(); }, true);

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  const toEnd = () => { log.scrollTop = log.scrollHeight; pinned = true; };
  const names = () => ({ company: currentCompany()?.name ?? "", customer: currentCustomer()?.name ?? "" });

  function rowOf(message, before) {
    const quoted = message.reply_to ? currentMessages().find((one) => one.id === message.reply_to) : null;
    const follows = Boolean(before) && before.mine === message.mine && message.at - before.at < 3 * MINUTE && day(before.at) === day(message.at);
    return row(message, { names: names(), quoted, follows, act });
  }

  function drawThread() {
    const company = currentCompany(), person = currentCustomer();
    composer.reset();
    log.setAttribute("aria-label", company?.name ?? "");
    log.classList.toggle("of-post", Boolean(company?.post && person));
    if (!store.loaded) return log.replaceChildren();
    if (!company || !person) {
      log.replaceChildren(h("div", { class: "empty" }, h("strong", {}, t("choosePerson")), h("p", {}, t("choosePersonText"))));
      return undefined;
    }
    if (company.post) {
      drawPost(company);
      log.scrollTop = 0;
      drawHead();
      return undefined;
    }
    const messages = currentMessages();
    const rows = [];
    messages.forEach((message, place) => {
      const before = messages[place - 1];
      if (!before || day(before.at) !== day(message.at)) rows.push(h("p", { class: "day" }, day(message.at)));
      rows.push(rowOf(message, before));
    });
    log.replaceChildren(...(rows.length ? rows : [empty(company, person)]));
    toEnd();
    drawHead();
    return undefined;
  }

  function drawPost(company) {
    const at = log.scrollTop;
    log.replaceChildren(...postThread(company, currentMessages(), act));
    log.scrollTop = at;
  }

  const startersOf = (company, kind) => [...(company.channel === "messenger" ? [t("start")] : []), ...t(`starters_${kind}`)];

  /** What a person says first: where buttons stand before the first message, a tap on one of them. */
  function begin(words, place, company) {
    const starts = company.channel === "instagram" || (company.channel === "messenger" && !place);
    const content = starts ? { postback: company.channel === "messenger" ? "GET_STARTED" : `ICE_BREAKER_${place + 1}` } : {};
    composer.sendDraft({ kind: "text", text: words, content });
  }

  function empty(company, person) {
    const kind = [[/cl[íi]nica/i, "clinica"], [/loja/i, "loja"], [/provedor/i, "provedor"]].find(([pattern]) => pattern.test(company.name))?.[1] ?? "other";
    return h("div", { class: "empty" }, emblem(company), h("strong", {}, t("emptyTitle")), h("p", {}, t("emptyText", { name: person.name, company: company.name })),
      h("div", { class: "starters" }, startersOf(company, kind).map((words, place) => h("button", { type: "button", on: { click: () => begin(words, place, company) } }, words))));
  }

  const signature = ({ status, played, my_reaction: mine, company_reaction: theirs, ...rest }) => JSON.stringify(rest);
  const drawn = new WeakMap();

  function drawMessage(message) {
    const company = currentCompany();
    if (company?.post) {
      const atEnd = isAtEnd() || (message.mine && message.customer === store.customer && !log.querySelector(`[data-message="${CSS.escape(message.id)}"]`));
      drawPost(company);
      if (atEnd && !message.reply_to) toEnd();
      return;
    }
    const shown = log.querySelector(`[data-message="${CSS.escape(message.id)}"]`);
    if (shown && drawn.get(shown) === signature(message)) {
      const meta = metaOf(message);
      meta.className = shown.querySelector(".meta").className;
      shown.querySelector(".meta").replaceWith(meta);
      shown.querySelector(".reactions").replaceWith(reactionsOf(message));
      shown.dataset.status = message.status;
      return;
    }
    const messages = currentMessages();
    const place = messages.findIndex((one) => one.id === message.id);
    const made = rowOf(message, messages[place - 1]);
    drawn.set(made, signature(message));
    if (shown) return shown.replaceWith(made);
    const atEnd = isAtEnd() || message.mine;
    log.querySelector(".empty")?.remove();
    made.classList.add("new");
    const before = messages[place - 1];
    if (!before || day(before.at) !== day(message.at)) log.append(h("p", { class: "day" }, day(message.at)));
    const typing = log.querySelector(".typing-row");
    if (typing) typing.before(made);
    else log.append(made);
    if (atEnd) toEnd();
    return undefined;
  }

  subscribe((what, detail) => {
    document.body.dataset.screen = store.screen;
    if (["all", "chosen", "thread", "language"].includes(what)) drawThread();
    if (["all", "chosen", "thread", "threads", "customers", "companies", "language"].includes(what)) drawHead();
    if (what === "message") { drawMessage(detail); markSeen(); }
  });
  setInterval(() => { statusBar.firstChild?.replaceChildren(clock(Date.now())); }, MINUTE / 4);
}
