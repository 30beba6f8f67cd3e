// The panel "Network and faults": switches for delays, duplicates, order, and the next error.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { toast } from "./sheet.js";
import { call, can, currentCustomer, currentThread, store, subscribe } from "./store.js";

const DELAYS = [0, 1000, 3000, 10000];
const ERRORS = ["send_131026", "send_131047", "send_131049", "send_131056", "send_130429", "send_131000", "send_190", "upload_131053", "address_131016", "download_131016"];

const failed = () => toast(t("failed"));

function toggle(label, hint, checked, act, disabled = false) {
  const input = h("input", { type: "checkbox", role: "switch", checked, disabled, on: { change: (event) => act(event.target.checked) } });
  return h("label", { class: "switch" }, h("span", { class: "switch-words" }, h("b", {}, label), h("small", {}, hint)), input, h("span", { class: "switch-track", "aria-hidden": "true" }));
}

function choice(id, label, value, act) {
  const values = DELAYS.includes(value) ? DELAYS : [...DELAYS, value].sort((a, b) => a - b);
  const options = values.map((one) => h("option", { value: String(one), selected: one === value }, one ? t("seconds", { n: one / 1000 }) : t("noDelay")));
  return h("div", { class: "setting" }, h("label", { for: id }, label), h("select", { id, class: "select", on: { change: (event) => act(Number(event.target.value)) } }, options));
}

export function buildPanel(aside) {
  const close = () => { document.body.dataset.panel = ""; };
  let error = ERRORS[0];

  function setSwitches(changes) {
    call("PUT", "/switches", { ...store.switches, ...changes }).catch(failed);
  }

  function part(title, ...content) {
    return h("section", { class: "panel-part" }, h("h3", {}, title), content);
  }

  function setNextError() {
    const [on, code] = error.split("_");
    call("POST", "/next-error", { on, code: Number(code) }).then(() => toast(t("armed", { error: t(`error_${error}`) }))).catch(failed);
  }

  function draw() {
    const person = currentCustomer(), thread = currentThread(), switches = store.switches;
    const place = { company: store.company, customer: store.customer };
    const focused = aside.contains(document.activeElement) ? [...aside.querySelectorAll("input, select, button")].indexOf(document.activeElement) : -1;
    const scrolled = aside.scrollTop;
    aside.setAttribute("aria-label", t("panelTitle"));
    aside.replaceChildren(
      h("header", { class: "panel-head" }, h("h2", {}, t("panelTitle")), h("button", { type: "button", class: "round only-drawer", "aria-label": t("closePanel"), on: { click: close } }, icon("close"))),
      person ? part(`${t("thisPhone")} · ${person.name}`,
        toggle(t("phoneOnline"), t("phoneOnlineHint"), person.online, (online) => call("PUT", `/customers/${encodeURIComponent(person.key)}`, { online }).catch(failed)),
        can("hide_phone") && toggle(t("hidePhone"), t("hidePhoneHint"), person.hides_phone, (hides) => call("PUT", `/customers/${encodeURIComponent(person.key)}`, { hides_phone: hides }).catch(failed))) : "",
      person && (can("window") || can("block")) ? part(t("thisChat"),
        can("block") && toggle(t("blocked"), t("blockedHint"), Boolean(thread?.blocked), (blocked) => call("PUT", "/blocks", { ...place, blocked }).catch(failed)),
        can("window") && toggle(t("windowExpired"), t("windowExpiredHint"), Boolean(thread?.window_closed), (closed) => call("PUT", "/windows", { ...place, closed }).catch(failed))) : "",
      !can("errors") ? "" : part(t("network"),
        choice("answer-delay", t("answerDelay"), switches.answer_delay_ms ?? 0, (value) => setSwitches({ answer_delay_ms: value })),
        choice("receipt-delay", t("receiptDelay"), switches.receipt_delay_ms ?? 0, (value) => setSwitches({ receipt_delay_ms: value })),
        toggle(t("duplicates"), t("duplicatesHint"), switches.duplicates, (duplicates) => setSwitches({ duplicates })),
        toggle(t("shuffle"), t("shuffleHint"), switches.shuffle, (shuffle) => setSwitches({ shuffle })),
        toggle(t("batches"), t("batchesHint"), switches.batches, (batches) => setSwitches({ batches }))),
      !can("errors") ? "" : part(t("nextError"), h("p", { class: "hint" }, t("nextErrorHint")),
        h("div", { class: "fail-row" },
          h("select", { class: "select", "aria-label": t("nextError"), on: { change: (event) => { error = event.target.value; } } }, ERRORS.map((one) => h("option", { value: one, selected: one === error }, t(`error_${one}`)))),
          h("button", { type: "button", class: "button", on: { click: setNextError } }, t("arm")))));
    aside.scrollTop = scrolled;
    if (focused >= 0) [...aside.querySelectorAll("input, select, button")][focused]?.focus({ preventScroll: true });
  }

  let drawn = "";
  subscribe((what) => {
    const now = JSON.stringify([store.customer && currentCustomer(), currentThread()?.window_closed, currentThread()?.blocked, store.switches, store.company]);
    if (what === "language" || now !== drawn) { drawn = now; draw(); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.addEventListener("click", (event) => {
    const outside = !aside.contains(event.target) && !event.target.closest?.(".only-drawer");
    if (document.body.dataset.panel === "open" && outside && aside.isConnected && event.target.isConnected) close();
  });
}
