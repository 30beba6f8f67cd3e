// Voice messages: a player with a waveform, and a recorder.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

const BARS = 34;
let playing = null;

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** The heights of a waveform, computed from the message id and not from the audio. */
function heights(id) {
  let seed = 11;
  for (const letter of id) seed = (seed * 33 + letter.charCodeAt(0)) % 2147483647;
  return Array.from({ length: BARS }, (_, bar) => {
    seed = (seed * 48271) % 2147483647;
    return 14 + (seed % 60) * (0.45 + 0.55 * Math.sin(((bar + 1) / (BARS + 1)) * Math.PI));
  });
}

export function player(message, onPlayed) {
  const file = message.file;
  const audio = h("audio", { src: `/sandbox/media/${file.id}`, preload: "metadata" });
  const bars = heights(message.id).map((height) => {
    const bar = h("i");
    bar.style.height = `${height}%`;
    return bar;
  });
  const range = h("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": t("position") });
  const time = h("span", { class: "voice-time" }, minutes(file.seconds ?? 0));
  const button = h("button", { type: "button", class: "voice-button", "aria-label": t("play") }, icon("play"));
  const length = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : file.seconds || 1);
  const show = () => {
    const part = Math.min(audio.currentTime / length(), 1);
    bars.forEach((bar, place) => bar.classList.toggle("past", place / BARS < part));
    range.value = String(Math.round(part * 1000));
    time.textContent = minutes(audio.paused && audio.currentTime === 0 ? length() : audio.currentTime);
  };
  const updateIcon = () => {
    button.replaceChildren(icon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", t(audio.paused ? "play" : "pause"));
  };
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    return audio.play().catch(() => { time.textContent = t("goneFile"); });
  });
  range.addEventListener("input", () => { audio.currentTime = (range.value / 1000) * length(); show(); });
  audio.addEventListener("play", () => { updateIcon(); if (!message.mine && !message.played) onPlayed(); });
  audio.addEventListener("pause", updateIcon);
  audio.addEventListener("ended", () => { audio.currentTime = 0; show(); });
  for (const event of ["timeupdate", "loadedmetadata"]) audio.addEventListener(event, show);
  return h("div", { class: "voice" }, button, h("div", { class: "voice-body" }, h("div", { class: "wave" }, bars, range), time), audio);
}

/** Records until `stop`; `stop(true)` gives the recording, `stop(false)` throws it away. Rejects without a microphone. */
export async function recorder(onSecond) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const wanted = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
  const mimeType = wanted.find((type) => MediaRecorder.isTypeSupported(type));
  const made = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24000 });
  const pieces = [];
  made.addEventListener("dataavailable", (event) => pieces.push(event.data));
  made.start();
  const began = Date.now();
  const timer = setInterval(() => onSecond(minutes((Date.now() - began) / 1000)), 200);
  return (keep) => new Promise((resolve) => {
    made.addEventListener("stop", () => {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      resolve(keep ? new Blob(pieces, { type: mimeType.split(";")[0] }) : null);
    });
    made.stop();
  });
}
