// The list at the side: the companies to write to, and the customers who write.

import { avatar, emblem, h, icon, tick } from "./dom.js";
import { openConnect } from "./connect.js";
import { LANGUAGES, clock, day, language, setLanguage, t } from "./i18n.js";
import { snippet } from "./bubble.js";
import { channels, chooseChannel, chooseCompany, companiesOf, notify, openThread, store, subscribe, threadOf } from "./store.js";

const SKELETONS = 8;

export function buildPeople(aside) {
  const connection = h("p", { class: "connection", role: "status" });
  const tabs = h("div", { class: "channels", role: "radiogroup" });
  const companies = h("div", { class: "companies", role: "radiogroup" });
  const another = h("button", { type: "button", class: "another", on: { click: openConnect } });
  const threads = h("ul", { class: "threads" });
  const words = h("div", { class: "brand-words" });
  const toTitle = h("p", { class: "section-title" }), whoTitle = h("h2", { class: "section-title" });
  const theme = h("button", { type: "button", class: "round", on: { click: switchTheme } });
  const languages = h("select", { class: "select", on: { change: (event) => { setLanguage(event.target.value); notify("language"); } } },
    LANGUAGES.map(([name, label]) => h("option", { value: name }, label)));
  const panel = h("button", { type: "button", class: "round only-drawer", on: { click: () => { document.body.dataset.panel = "open"; } } }, icon("sliders"));
  aside.append(
    h("header", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "" }), words),
    connection, tabs, toTitle, companies, another, whoTitle, threads,
    h("footer", { class: "people-foot" }, languages, theme, panel));

  function switchTheme() {
    const dark = document.documentElement.dataset.theme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", dark ? "light" : "dark");
    drawWords();
  }

  function drawWords() {
    const dark = document.documentElement.dataset.theme === "dark";
    document.title = t("title");
    words.replaceChildren(h("b", {}, t("title")), h("p", {}, t(store.channel === "facebook" ? "subtitlePost" : "subtitle", { channel: t(`channel_${store.channel}`) })));
    document.getElementById("title").textContent = t("title");
    aside.setAttribute("aria-label", t("who"));
    another.replaceChildren(icon("plus"), t("connectAnother"));
    another.hidden = store.channel !== "whatsapp";
    toTitle.textContent = t("writeTo");
    whoTitle.textContent = t("who");
    theme.replaceChildren(icon(dark ? "sun" : "moon"));
    theme.setAttribute("aria-label", t(dark ? "themeLight" : "themeDark"));
    languages.setAttribute("aria-label", t("language"));
    languages.value = language();
    panel.setAttribute("aria-label", t("openPanel"));
    companies.setAttribute("aria-label", t("writeTo"));
    tabs.setAttribute("aria-label", t("channel"));
  }

  /** Focus the text field; on touch screens the messages, as the keyboard would cover half of the screen. */
  function focusConversation() {
    const writes = matchMedia("(hover: hover)").matches;
    document.querySelector(writes ? ".composer textarea" : ".log")?.focus({ preventScroll: true });
  }

  function drawConnection() {
    const { state, problem } = store.connection;
    const shown = store.lost ? "lost" : store.loaded ? state : "loading";
    const titles = { loading: "connectionLoading", off: "connectionOff", waiting: "connectionWaiting", connected: "connectionConnected", failing: "connectionFailing", lost: "connectionLost" };
    const why = shown === "failing" ? `: ${t(["sign_in", "handshake"].includes(problem) ? `problem_${problem}` : "problem_other", { code: problem })}. ${t("againSoon")}` : "";
    connection.dataset.state = shown;
    connection.textContent = t(titles[shown]) + why;
  }

  /** Move with the arrows through buttons of which one is chosen. */
  function mover(group, found, place, choose) {
    return (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(found[(place + step + found.length) % found.length]);
      group.querySelector('[aria-checked="true"]')?.focus();
    };
  }

  function drawChannels() {
    const found = channels();
    document.body.dataset.channel = store.channel;
    tabs.hidden = found.length < 2;
    tabs.replaceChildren(...found.map((one, place) => {
      const chosen = one === store.channel;
      return h("button", { type: "button", class: "channel", role: "radio", "data-channel": one, title: t(`channel_${one}`), "aria-checked": String(chosen), tabindex: chosen ? "0" : "-1", on: { click: () => chooseChannel(one), keydown: mover(tabs, found, place, chooseChannel) } }, icon(one), h("span", {}, t(`channel_${one}`)));
    }));
  }

  function drawCompanies() {
    if (!store.loaded) return companies.replaceChildren(...Array.from({ length: 3 }, () => h("span", { class: "company", "aria-hidden": "true" })));
    const found = companiesOf(store.channel);
    companies.replaceChildren(...found.map((one, place) => {
      const chosen = one.id === store.company;
      const move = mover(companies, found, place, (other) => chooseCompany(other.id));
      return h("button", { type: "button", class: "company", role: "radio", title: one.about || one.handle || `+${one.phone}`, "aria-checked": String(chosen), tabindex: chosen ? "0" : "-1", on: { click: () => chooseCompany(one.id), keydown: move } }, emblem(one), one.name);
    }));
    return undefined;
  }

  function preview(thread) {
    const last = thread?.last;
    if (store.customers.get(thread?.customer)?.online && thread.typing_until > Date.now()) return h("span", { class: "thread-preview typing" }, h("span", {}, t("typing")));
    const sign = last?.mine && !last.deleted ? tick(last.status, t(`sentTick_${last.status}`)) : null;
    return h("span", { class: "thread-preview" }, sign, h("span", {}, last ? snippet(last) : t("noMessages")));
  }

  function drawThreads() {
    const focused = document.activeElement?.dataset?.customer;
    if (!store.loaded) return threads.replaceChildren(...Array.from({ length: SKELETONS }, () => h("li", { class: "skeleton", "aria-hidden": "true" })));
    const found = [...store.customers.values()].map((person) => [person, threadOf(store.company, person.key)]);
    const own = new Map([...store.customers.keys()].map((key, place) => [key, place]));
    found.sort(([a, one], [b, other]) => (other?.last?.at ?? 0) - (one?.last?.at ?? 0) || own.get(a.key) - own.get(b.key));
    threads.replaceChildren(...found.map(([person, thread]) => {
      const at = thread?.last?.at;
      const time = at ? (day(at) === t("today") ? clock(at) : day(at)) : "";
      return h("li", {}, h("button", { type: "button", class: "thread", "data-customer": person.key, "aria-current": String(person.key === store.customer), on: { click: () => openThread(person.key).then(focusConversation, () => {}) } },
        avatar(person), !person.online && h("span", { class: "off", title: t("offlineTitle") }, icon("plane")),
        h("span", { class: "thread-words" },
          h("span", { class: "thread-top" }, h("span", { class: "thread-name" }, person.name), h("span", { class: "thread-time" }, time)),
          h("span", { class: "thread-bottom" }, preview(thread), thread?.unread ? h("span", { class: "badge" }, String(thread.unread)) : null))));
    }));
    if (focused) threads.querySelector(`[data-customer="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    return undefined;
  }

  subscribe((what) => {
    if (["all", "language", "chosen"].includes(what)) drawWords();
    if (["all", "language", "connection"].includes(what)) drawConnection();
    if (["all", "language", "companies", "chosen"].includes(what)) { drawChannels(); drawCompanies(); }
    if (["all", "language", "customers", "threads", "chosen"].includes(what)) drawThreads();
  });
}
