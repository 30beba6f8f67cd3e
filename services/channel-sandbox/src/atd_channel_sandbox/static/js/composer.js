// The composer: text, files, voice, locations, contact cards.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { snippet } from "./bubble.js";
import { item, sheet, toast } from "./sheet.js";
import { call, can, currentCompany, store } from "./store.js";
import { recorder } from "./voice.js";

const EMOJIS = [..."😀😄😂🥰😍😘😉🙂😎🤔😅😢😭😡😱🥳👍👎👏🙏💪👋🤝❤💜🔥✨🎉🌻🌹📷📎📍⏰✅❌"];
const PLACES = [[-23.55052, -46.63331], [-23.58741, -46.65763], [-22.93443, -43.18637]];
const CARD = { name: { formatted_name: "Dona Neusa Ferreira", first_name: "Neusa", last_name: "Ferreira" }, phones: [{ phone: "+55 11 98765-4321", wa_id: "5511987654321", type: "CELL" }] };
const ORDER = [{ product_retailer_id: "BUQUE-12", quantity: 1, item_price: 129.9, currency: "BRL" }, { product_retailer_id: "CARTAO", quantity: 2, item_price: 7.5, currency: "BRL" }];

export function buildComposer() {
  const note = h("div", { class: "composer-note", hidden: true });
  const area = h("textarea", { rows: 1, autocomplete: "off", enterkeyhint: "send" });
  const line = h("div", { class: "composer-row" });
  const element = h("form", { class: "composer" }, note, line);
  const picker = h("input", { type: "file", class: "sr", tabindex: "-1", "aria-hidden": "true" });
  element.append(picker);
  let reply = null, edited = null, stop = null;

  const place = () => ({ company: store.company, customer: store.customer });
  const failed = (error) => toast(t(error.status === 413 ? "tooLarge" : error.status === 409 ? "offlineRefused" : "failed"));
  const sendDraft = (draft, onError = failed) => call("POST", "/messages", { ...place(), ...draft }).catch(onError);

  /** An error handler that puts a text back into the conversation in which it was typed. */
  function restoreText(text) {
    const typedFor = drawnFor;
    return (error) => {
      failed(error);
      if (typedFor !== drawnFor) drafts.set(typedFor, drafts.get(typedFor) || text);
      else if (!area.value) area.value = text;
      draw();
    };
  }

  function sendFile(file, name, more = {}, onError = failed) {
    const form = new FormData();
    for (const [key, value] of Object.entries({ ...place(), ...more })) form.append(key, String(value));
    if (reply) form.append("reply_to", reply.id);
    form.append("file", file, name);
    clearNote();
    return call("POST", "/files", form).catch(onError);
  }

  /** Several files together are an album, in their order; the text stands with the first. */
  async function sendFiles(files, more, text) {
    const album = files.length > 1 ? { album: String(Date.now()) } : {};
    for (const [place, file] of files.entries()) {
      const said = text && !place ? { text } : {};
      await sendFile(file, file.name, { ...more, ...album, ...said }, restoreText(place ? "" : text));
    }
  }

  function chooseFile(accept, more = {}, multiple = false) {
    picker.accept = accept;
    picker.multiple = multiple;
    picker.onchange = () => {
      const text = area.value.trim();
      const files = [...picker.files].slice(0, 10);
      picker.value = "";
      if (!files.length) return;
      area.value = "";
      sendFiles(files, more, text);
      draw();
    };
    picker.click();
  }

  function clearNote() {
    reply = edited = null;
    note.hidden = true;
  }

  function showNote(title, message) {
    const close = () => { if (edited) area.value = ""; clearNote(); draw(); area.focus(); };
    note.replaceChildren(h("div", { class: "quote" }, h("b", {}, title), h("span", {}, snippet(message))),
      h("button", { type: "button", class: "round", "aria-label": t("cancel"), on: { click: close } }, icon("close")));
    note.hidden = false;
    area.focus();
  }

  const writerOf = (message) => {
    if (!message.mine) return currentCompany().name;
    return message.customer === store.customer ? t("you") : store.customers.get(message.customer)?.name ?? "?";
  };

  function replyTo(message) {
    clearNote();
    reply = message;
    showNote(t("replying", { name: writerOf(message) }), message);
  }

  function edit(message) {
    clearNote();
    edited = message;
    area.value = message.text;
    showNote(t("editing"), message);
    draw();
  }

  function submit() {
    const text = area.value.trim();
    if (!text) return;
    if (edited) call("PATCH", `/messages/${encodeURIComponent(edited.id)}`, { text }).catch(restoreText(text));
    else sendDraft({ kind: "text", text, reply_to: reply?.id ?? null }, restoreText(text));
    area.value = "";
    clearNote();
    draw();
    area.focus();
  }

  function chooseLocation(replyId = null) {
    sheet(t("locationTitle"), (close) => [h("h3", {}, t("locationTitle")), ...t("places").map(([name, address], at) => item("pin", name, address, () => {
      close();
      sendDraft({ kind: "location", content: { latitude: PLACES[at][0], longitude: PLACES[at][1], name, address }, reply_to: replyId });
    }))]);
  }

  /** Answer the company's story with what stands in the field, or mention the company in an own one. */
  function tellStory(mention) {
    const text = mention ? null : area.value.trim() || t("storyWords");
    if (!mention) area.value = "";
    sendDraft({ kind: "text", text, content: { story: { id: `story${Date.now()}`, mention } } });
    draw();
  }

  async function sendSampleVoice() {
    const answer = await fetch("/static/voz.ogg");
    sendFile(await answer.blob(), "voz.ogg", { spoken: true });
  }

  function attach() {
    sheet(t("attachTitle"), (close) => {
      const then = (work) => () => { close(); work(); };
      return [
        h("h3", {}, t("attachTitle")),
        can("files") && item("image", t("attachImage"), can("album") ? t("attachAlbumHint") : null, then(() => chooseFile("image/jpeg,image/png,video/mp4,video/3gpp", {}, can("album")))),
        can("documents") && item("document", t("attachDocument"), null, then(() => chooseFile(".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.zip"))),
        can("story") && item("image", t("storyReply"), t("storyReplyHint"), then(() => tellStory(false))),
        can("story") && item("plus", t("storyMention"), t("storyMentionHint"), then(() => tellStory(true))),
        can("voice") && item("mic", t("attachVoice"), t("attachVoiceHint"), then(() => sendSampleVoice().catch(failed))),
        can("location") && item("pin", t("attachLocation"), null, then(() => chooseLocation())),
        can("contact") && item("person", t("attachContact"), null, then(() => sendDraft({ kind: "contacts", content: { contacts: [CARD] } }))),
        can("sticker") && item("sticker", t("attachSticker"), "WebP", then(() => chooseFile("image/webp", { sticker: true }))),
        can("order") && item("bag", t("attachOrder"), null, then(() => sendDraft({ kind: "order", content: { items: ORDER } }))),
        can("poll") && item("list", t("attachUnsupported"), can("order") ? t("attachUnsupportedHint") : null, then(() => sendDraft({ kind: "unsupported", content: { type: "poll", question: "🍕 / 🍝 ?" } }))),
      ].filter(Boolean);
    });
  }

  function emojis() {
    sheet(t("emoji"), (close) => [h("h3", {}, t("emoji")), h("div", { class: "emoji-grid" }, EMOJIS.map((emoji) => h("button", { type: "button", on: { click: () => {
      const at = area.selectionStart ?? area.value.length;
      area.value = area.value.slice(0, at) + emoji + area.value.slice(area.selectionEnd ?? at);
      close();
      draw();
      area.focus();
    } } }, emoji)))]);
  }

  async function record() {
    const time = h("span", {}, "0:00");
    try {
      stop = await recorder((words) => { time.textContent = words; });
    } catch {
      toast(t("noMicrophone"));
      return;
    }
    const end = async (keep) => {
      const sound = await stop?.(keep);
      stop = null;
      draw();
      if (sound) await sendFile(sound, "voz.webm", { spoken: true });
    };
    line.replaceChildren(
      h("button", { type: "button", class: "round", "aria-label": t("cancel"), on: { click: () => end(false) } }, icon("trash")),
      h("div", { class: "recording", role: "status" }, h("span", {}, t("recordingNow")), time),
      h("button", { type: "button", class: "send", "aria-label": t("stopRecording"), on: { click: () => end(true) } }, icon("send")));
  }

  function resize() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 128)}px`;
  }

  const left = h("button", { type: "button", class: "round attach", on: { click: attach } }, icon("plus"));
  const smile = h("button", { type: "button", class: "round", on: { click: emojis } }, icon("smile"));
  const right = h("button", { type: "button", class: "send", on: { click: () => (area.value.trim() || !can("voice") ? submit() : record()) } });
  const field = h("div", { class: "field" }, area, smile);

  function draw() {
    if (stop) return;
    const writing = Boolean(area.value.trim());
    left.setAttribute("aria-label", t("attach"));
    smile.setAttribute("aria-label", t("emoji"));
    const sends = writing || !can("voice");
    const asked = t(can("post") ? "commentPlaceholder" : "messagePlaceholder", { name: store.customers.get(store.customer)?.name });
    area.placeholder = asked;
    area.setAttribute("aria-label", asked);
    right.setAttribute("aria-label", t(sends ? "send" : "record"));
    right.replaceChildren(icon(sends ? "send" : "mic"));
    if (line.firstChild !== left) line.replaceChildren(left, field, right);
    resize();
  }

  area.addEventListener("input", draw);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  element.addEventListener("submit", (event) => { event.preventDefault(); submit(); });

  const drafts = new Map();
  let drawnFor = null;

  /** Show the draft of the open conversation, and keep that of the one before. */
  function reset() {
    const now = `${store.company} ${store.customer}`;
    if (now !== drawnFor) {
      if (drawnFor && !edited) drafts.set(drawnFor, area.value);
      clearNote();
      area.value = drafts.get(now) ?? "";
      drawnFor = now;
    }
    draw();
  }

  draw();
  return { element, reset, replyTo, edit, sendDraft, chooseLocation };
}
