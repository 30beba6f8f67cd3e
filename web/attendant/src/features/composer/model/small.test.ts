import { expect, test } from "vitest";

import { unitsLeft } from "./characters";
import { completionAt, completionsOf } from "./completion";
import { emptyForm, interactiveBody, problemsOf } from "./interactive";
import { CAPABILITIES } from "./fixtures.testing";
import { coordinatesIn } from "./place";
import { windowState } from "./replyWindow";

test("what is left is told near the limit only", () => {
  expect(unitsLeft("a".repeat(89), 100)).toBeNull();
  expect(unitsLeft("a".repeat(95), 100)).toBe(5);
  expect(unitsLeft("a".repeat(103), 100)).toBe(-3);
  expect(unitsLeft("😀".repeat(60), 100)).toBeNull();
  expect(unitsLeft("😀".repeat(48), 100, "utf16")).toBe(4);
  expect(unitsLeft("ç".repeat(48), 100, "bytes")).toBe(4);
});

test.each([
  ["-23.5505, -46.6333", -23.5505, -46.6333],
  ["https://www.google.com/maps/@-23.55,-46.63,15z", -23.55, -46.63],
  ["https://www.google.com/maps/place/MASP/@-23.5,-46.6,17z/data=!3m1!4b1!3d-23.5614!4d-46.6559", -23.5614, -46.6559],
  ["https://maps.google.com/?q=-23.55,-46.63", -23.55, -46.63],
  ["https://www.openstreetmap.org/?mlat=-23.55&mlon=-46.63#map=17/1/2", -23.55, -46.63],
  ["https://www.openstreetmap.org/#map=15/-23.55/-46.63", -23.55, -46.63],
  ["geo:-23.55,-46.63?z=15", -23.55, -46.63],
])("%s is a place", (text, latitude, longitude) => {
  expect(coordinatesIn(text)).toEqual({ latitude, longitude });
});

test.each(["", "Rua Augusta, 100", "https://maps.app.goo.gl/abc", "200, 10", "javascript:alert(1)"])(
  "%s is no place",
  (text) => {
    expect(coordinatesIn(text)).toBeNull();
  },
);

const EMOJIS = [
  { emoji: "😄", code: "smile", words: "smile sorriso" },
  { emoji: "😸", code: "smile_cat", words: "smile cat gato sorrindo" },
  { emoji: "❤️", code: "heart", words: "coração vermelho heart" },
];

test("a colon and two letters complete an emoji, by its code or a word of the language", () => {
  const at = completionAt("oi :smi", 7);
  expect(at).toEqual({ start: 3, end: 7, query: "smi", closed: false });
  expect(at && completionsOf(at, EMOJIS).map(({ code }) => code)).toEqual(["smile", "smile_cat"]);
  const heart = completionAt(":coracao", 8);
  expect(heart && completionsOf(heart, EMOJIS).map(({ code }) => code)).toEqual(["heart"]);
  const closed = completionAt("oi :smile:", 10);
  expect(closed && completionsOf(closed, EMOJIS).map(({ code }) => code)).toEqual(["smile"]);
});

test.each(["às 10:30", "http://", "nota:ok", ":a", "::", "10 :30"])("%s completes nothing", (text) => {
  expect(completionAt(text, text.length)).toBeNull();
});

const HOUR = 3_600_000;
test.each([
  [23 * HOUR, true, "open"],
  [HOUR, true, "soon"],
  [HOUR / 5, true, "ending"],
  [0, true, "closed"],
  [null, true, "closed"],
  [null, false, "none"],
] as const)("with %s ms left the window is as it is", (left, has, expected) => {
  expect(windowState(left, has)).toBe(expected);
});

const limits = CAPABILITIES.interactive;

test("buttons and lists are held to the channel's limits", () => {
  if (!limits) throw new Error("no limits");
  const buttons = { ...emptyForm("buttons", "Confirma?"), buttons: ["Sim", "Sim", "a".repeat(21)] };
  expect([...problemsOf(buttons, limits)]).toEqual([
    ["buttons.1", "twice"],
    ["buttons.2", "too_long"],
  ]);
  const list = emptyForm("list", "");
  expect([...problemsOf(list, limits).keys()]).toEqual(["text", "opener", "sections.0.rows.0.title"]);
  const link = { ...emptyForm("link", "Veja"), linkTitle: "Abrir", url: "javascript:alert(1)" };
  expect([...problemsOf(link, limits)]).toEqual([["url", "address"]]);
});

test("rows of all sections have ids of their own", () => {
  const form = {
    ...emptyForm("list", "Escolha"),
    opener: "Ver",
    sections: [
      { title: "A", rows: [{ title: "1", description: "" }] },
      { title: "B", rows: [{ title: "2", description: "dois" }] },
    ],
  };
  expect(interactiveBody(form).interactive?.sections).toEqual([
    { title: "A", rows: [{ id: "row-1", title: "1", description: null }] },
    { title: "B", rows: [{ id: "row-2", title: "2", description: "dois" }] },
  ]);
});
