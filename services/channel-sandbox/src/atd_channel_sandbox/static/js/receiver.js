// The page "Receiver": what a company's own system got by webhooks, and how it is to answer.

import { h, icon } from "./dom.js";
import { LANGUAGES, language, setLanguage } from "./i18n.js";
import { w } from "./receiver-words.js";
import { toast } from "./sheet.js";
import { call } from "./store.js";

const BEHAVIOURS = [
  ["ok", "check", { status: 204 }],
  ["error", "block", { status: 503 }],
  ["busy", "clock", { status: 429, retry_after: 10 }],
  ["slow", "pause", { status: 204, delay_ms: 20000 }],
  ["hang", "plane", { hang_up: true }],
  ["gone", "trash", { status: 410 }],
];
const dark = matchMedia("(prefers-color-scheme: dark)");
const name = new URLSearchParams(location.search).get("name") ?? "erp";
const head = document.getElementById("top"), controls = document.getElementById("controls"), requests = document.getElementById("requests");
const opened = new Set();
let receiver = null, seen = 0, names = [name];

const path = (rest = "") => `/receivers/${encodeURIComponent(name)}${rest}`;
const same = (one) => ["status", "delay_ms", "hang_up", "retry_after"].every((key) => (one[key] ?? { status: 204, delay_ms: 0, hang_up: false, retry_after: null }[key]) === receiver.behaviour[key]);

function theme() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
}

function switchTheme() {
  localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  theme();
  drawTop();
}

async function act(method, rest, body) {
  try {
    receiver = await call(method, path(rest), body);
    draw();
    return true;
  } catch {
    toast(w("failed"));
    return false;
  }
}

function drawTop() {
  const isDark = document.documentElement.dataset.theme === "dark";
  document.title = w("title");
  const languages = h("select", { class: "select", "aria-label": w("language"), on: { change: (event) => { setLanguage(event.target.value); drawTop(); draw(); } } },
    LANGUAGES.map(([key, label]) => h("option", { value: key }, label)));
  languages.value = language();
  const chosen = h("select", { class: "select", "aria-label": w("which"), on: { change: (event) => { location.search = `?name=${encodeURIComponent(event.target.value)}`; } } },
    names.map((one) => h("option", { value: one }, one)));
  chosen.value = name;
  head.replaceChildren(
    h("img", { src: "/static/icon.svg", alt: "" }),
    h("div", { class: "top-words" }, h("h1", {}, w("title")), h("p", {}, `${w("about")} `, h("code", {}, `${location.origin}/receiver/${name}`))),
    names.length > 1 ? chosen : "", languages,
    h("button", { type: "button", class: "round", "aria-label": w(isDark ? "light" : "dark"), on: { click: switchTheme } }, icon(isDark ? "sun" : "moon")),
    h("a", { class: "round", href: "/", "aria-label": w("phone"), title: w("phone") }, icon("whatsapp")));
}

function drawControls() {
  const chosen = BEHAVIOURS.findIndex(([, , body]) => same(body));
  const choose = (place) => act("PUT", "/behaviour", BEHAVIOURS[place][2]).then(() => controls.querySelector('[aria-checked="true"]')?.focus());
  const move = (place) => (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose((place + step + BEHAVIOURS.length) % BEHAVIOURS.length);
  };
  const choices = h("div", { class: "choices", role: "radiogroup", "aria-label": w("behaviour") }, BEHAVIOURS.map(([key, sign], place) =>
    h("button", { type: "button", class: "choice", role: "radio", "aria-checked": String(place === chosen), tabindex: place === Math.max(chosen, 0) ? "0" : "-1", on: { click: () => choose(place), keydown: move(place) } },
      icon(sign), h("span", {}, h("b", {}, w(key)), h("small", {}, w(`${key}Hint`))))));
  const secret = h("form", { class: "secret", on: { submit: save } },
    h("p", {}, w(receiver.has_secret ? "hasSecret" : "noSecret")),
    h("input", { name: "secret", type: "password", required: true, autocomplete: "off", placeholder: w("secret"), "aria-label": w("secret") }),
    h("button", { type: "submit", class: "button" }, w("saveSecret")));
  controls.replaceChildren(h("h2", {}, w("behaviour")), choices, h("h2", {}, w("check")), secret);
}

async function save(event) {
  event.preventDefault();
  if (await act("PUT", "/secret", Object.fromEntries(new FormData(event.target)))) toast(w("saved"));
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const mark = (words, kind, sign) => h("span", { class: `mark ${kind}` }, sign && icon(sign), words);
const SIGNS = { valid: ["good", "check"], invalid: ["bad", "block"], unknown: ["", "question"] };

function row(one) {
  const good = one.answered >= 200 && one.answered < 300;
  const inside = () => [h("div", {}, h("h3", {}, w("headers")), h("pre", {}, one.headers.map(([key, value]) => `${key}: ${value}`).join("\n"))),
    h("div", {}, h("h3", {}, w("body")), h("pre", {}, pretty(one.body)))];
  const content = h("div", { class: "inside" });
  const made = h("details", { class: "row", "data-number": String(one.number), "data-new": one.number > seen && seen > 0, open: opened.has(one.number) },
    h("summary", {},
      h("span", { class: `status ${good ? "good" : "bad"}` }, one.answered ? String(one.answered) : w("closed")),
      h("span", { class: "what" }, one.event_type ?? "?"),
      h("time", { class: "when", datetime: one.at }, new Date(one.at).toLocaleTimeString(language())),
      h("span", { class: "marks" }, mark(w(one.signature), ...SIGNS[one.signature]), one.repeated && mark(w("repeated"), "warn", "reply"), one.replay && mark(w("replay"), "warn", "forward"))),
    content);
  const fill = () => { if (made.open && !content.childElementCount) content.append(...inside()); };
  made.addEventListener("toggle", () => { opened[made.open ? "add" : "delete"](one.number); fill(); });
  fill();
  return made;
}

function drawRequests() {
  const title = h("div", { class: "requests-head" }, h("h2", {}, `${w("requests")} · ${receiver.received.toLocaleString(language())}`),
    receiver.requests.length > 0 && h("button", { type: "button", class: "quiet", on: { click: () => act("DELETE", "/requests") } }, w("clear")));
  const focused = document.activeElement?.closest?.(".row")?.dataset.number;
  const found = receiver.requests.length
    ? h("div", { class: "rows", role: "feed" }, receiver.requests.map(row))
    : h("div", { class: "empty", role: "status" }, icon("download"), h("b", {}, w("emptyTitle")), h("p", {}, w("empty")));
  requests.replaceChildren(title, found);
  if (focused) requests.querySelector(`[data-number="${focused}"] summary`)?.focus({ preventScroll: true });
  seen = receiver.received;
}

function draw() {
  if (!receiver) return;
  drawControls();
  drawRequests();
}

let waiting = null;

/** Look again, at most five times a second. */
function soon() {
  waiting ??= setTimeout(async () => {
    waiting = null;
    try {
      receiver = await call("GET", path());
      drawRequests();
    } catch { /* the event stream says when the sandbox is back */ }
  }, 200);
}

async function start() {
  try {
    names = (await call("GET", "/receivers")).map((one) => one.name);
    receiver = await call("GET", path());
    drawTop();
    draw();
  } catch {
    setTimeout(start, 1500);
    return;
  }
  const source = new EventSource("/sandbox/api/events");
  source.onopen = soon;
  source.onmessage = (event) => {
    const { type, value } = JSON.parse(event.data);
    if (type === "receiver" && value.name === name) soon();
  };
}

setLanguage(language());
theme();
dark.addEventListener("change", () => { theme(); drawTop(); });
drawTop();
start();
