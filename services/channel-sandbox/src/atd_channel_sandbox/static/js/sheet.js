// Bottom sheets, the viewer of pictures at full size, and toasts.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** A modal sheet at the bottom of the phone; resolves when it is closed. `fill(close)` gives its content. */
export function sheet(title, fill) {
  const dialog = h("dialog", { class: "sheet", "aria-label": title });
  const close = () => dialog.close();
  dialog.append(...[fill(close)].flat());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  const frame = document.querySelector(".phone").getBoundingClientRect();
  const edge = frame.width < innerWidth ? 11 : 0;
  dialog.style.left = `${frame.left + edge}px`;
  dialog.style.width = `${frame.width - 2 * edge}px`;
  dialog.style.bottom = `${Math.max(0, innerHeight - frame.bottom + edge)}px`;
  if (edge) dialog.style.borderRadius = "24px 24px 38px 38px";
  dialog.showModal();
  return dialog;
}

export function item(name, label, hint, act, bad = false) {
  return h("button", { type: "button", class: `sheet-item${bad ? " bad" : ""}`, on: { click: act } },
    icon(name), h("span", {}, label, hint && h("small", {}, hint)));
}

export function viewer(source, alt) {
  const dialog = h("dialog", { class: "viewer", "aria-label": alt }, h("img", { src: source, alt }),
    h("button", { type: "button", class: "round", "aria-label": t("closePanel") }, icon("close")));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const toasts = h("div", { class: "toasts", role: "status" });

export function toast(words) {
  if (!toasts.isConnected) document.body.append(toasts);
  const made = h("div", { class: "toast" }, words);
  toasts.append(made);
  setTimeout(() => made.remove(), 4000);
}
