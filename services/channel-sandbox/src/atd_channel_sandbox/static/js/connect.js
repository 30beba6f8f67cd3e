// "Connect a company": what Meta's dashboard shows and takes, for a number that is connected by hand.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { toast } from "./sheet.js";
import { call, chooseCompany } from "./store.js";

const FIELDS = ["phone_number_id", "business_account_id", "access_token", "app_secret"];
export const ADDRESS = "#connect";

function copyRow(label, value) {
  const copy = () => navigator.clipboard.writeText(value).then(() => toast(t("copiedValue", { what: label })), () => toast(t("failed")));
  return h("div", { class: "copy-row" }, h("span", { class: "copy-label" }, label), h("code", {}, value),
    h("button", { type: "button", class: "round", "aria-label": t("copyValue", { what: label }), on: { click: copy } }, icon("copy")));
}

function input(name, label, type) {
  return h("label", { class: "connect-field" }, h("span", {}, label), h("input", { name, type, required: true, autocomplete: "off", spellcheck: "false" }));
}

/** Open the dialog. The one that waits is shown again until it is connected. */
export async function openConnect() {
  let shown;
  try {
    shown = await call("POST", "/companies");
  } catch {
    toast(t("failed"));
    return;
  }
  const title = h("h2", { id: "connect-title" }, t("connectTitle"));
  const problem = h("p", { class: "problem", role: "alert" });
  const send = h("button", { type: "submit", class: "button" }, t("verifyAndSave"));
  const form = h("form", { class: "connect-form" }, input("callback_url", t("callbackUrl"), "url"), input("verify_token", t("verifyToken"), "text"), problem, send);
  const dialog = h("dialog", { class: "connect", "aria-labelledby": "connect-title" },
    h("header", { class: "connect-head" }, title, h("button", { type: "button", class: "round", "aria-label": t("closePanel"), on: { click: () => dialog.close() } }, icon("close"))),
    h("p", {}, t("connectIntro", { name: shown.name })),
    h("h3", {}, t("connectCopy")), FIELDS.map((name) => copyRow(t(`field_${name}`), shown[name])),
    h("h3", {}, t("connectPaste")), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    send.disabled = true;
    try {
      const company = await call("PUT", `/companies/${shown.phone_number_id}/webhook`, Object.fromEntries(new FormData(form)));
      dialog.close();
      chooseCompany(company.id);
      toast(t("connectDone", { name: company.name }));
    } catch (error) {
      problem.textContent = t([400, 422].includes(error.status) ? "connectRefused" : "failed");
    } finally {
      send.disabled = false;
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (location.hash === ADDRESS) history.replaceState(null, "", location.pathname);
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Open it when the page's address asks for it: a link of the client does. */
export function followAddress() {
  const look = () => { if (location.hash === ADDRESS && !document.querySelector("dialog.connect")) openConnect(); };
  window.addEventListener("hashchange", look);
  look();
}
