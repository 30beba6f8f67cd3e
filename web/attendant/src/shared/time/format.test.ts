import { expect, test } from "vitest";

import {
  clockTime,
  dayName,
  dayOf,
  daysBetween,
  exactTime,
  freshTime,
  pastTime,
  timeLeft,
  waitingTime,
} from "@/shared/time/format";

const pt = { language: "pt-BR", zone: "America/Sao_Paulo" };
const en = { ...pt, language: "en" };
const es = { ...pt, language: "es" };
const NOW = Date.parse("2026-11-24T17:05:30Z"); // 14:05 in São Paulo, a Tuesday
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test.each([
  [0.5, "agora"],
  [4, "há 4 min"],
  [59.9, "há 59 min"],
  [61, "13:04"],
  [14 * 60, "00:05"],
  [15 * 60, "ontem"],
  [3 * 24 * 60, "sáb."],
  [8 * 24 * 60, "16/11/2026"],
  [-3, "14:08"],
])("%d minutes ago is %s", (minutes, shown) => {
  expect(plain(freshTime(ago(minutes), NOW, pt))).toBe(shown);
});

test("a moment ahead by a second, as the network may have it, is now", () => {
  expect(freshTime(new Date(NOW + 1000).toISOString(), NOW, pt)).toBe("agora");
});

test("every language says it in its words", () => {
  expect([freshTime(ago(4), NOW, en), freshTime(ago(4), NOW, es)].map(plain)).toEqual(["4 min ago", "hace 4 min"]);
  expect([freshTime(ago(20 * 60), NOW, en), freshTime(ago(20 * 60), NOW, es)]).toEqual(["yesterday", "ayer"]);
});

test("the day is the company's: a minute before its midnight is yesterday, wherever the browser stands", () => {
  const justAfter = Date.parse("2026-11-24T03:00:30Z"); // 00:00:30 in São Paulo
  expect(dayName("2026-11-24T02:59:59Z", justAfter, pt)).toBe("ontem");
  expect(dayName("2026-11-24T03:00:00Z", justAfter, pt)).toBe("hoje");
  expect(clockTime("2026-11-24T03:00:00Z", pt)).toBe("00:00");
});

test("days are counted right where clocks are set forward and back", () => {
  const zone = "America/New_York"; // 2026: forward on 8 March, back on 1 November
  expect(daysBetween(Date.parse("2026-03-08T04:59:00Z"), Date.parse("2026-03-09T04:01:00Z"), zone)).toBe(2);
  expect(daysBetween(Date.parse("2026-11-01T04:01:00Z"), Date.parse("2026-11-02T04:59:00Z"), zone)).toBe(0);
});

test("the line between days names the weekday, and the year where it is another", () => {
  expect(dayName("2026-11-20T15:00:00Z", NOW, pt)).toBe("sexta-feira, 20 de novembro");
  expect(dayName("2025-12-31T15:00:00Z", NOW, pt)).toBe("quarta-feira, 31 de dezembro de 2025");
  expect(dayOf("2026-11-24T02:00:00Z", pt.zone)).toBe("2026-11-23");
});

test.each([
  [4, "14:01"],
  [15 * 60, "ontem 23:05"],
  [3 * 24 * 60, "sáb. 14:05"],
  [8 * 24 * 60, "16/11/2026 14:05"],
  [-3, "14:08"],
])("what is so since %d minutes ago is so since %s", (minutes, shown) => {
  expect(pastTime(ago(minutes), NOW, pt)).toBe(shown);
});

test("exact times have four-digit years and no seconds", () => {
  expect(exactTime("2026-11-22T17:05:59Z", pt)).toBe("22/11/2026 14:05");
});

test.each([
  [0, "agora"],
  [1, "1 min"],
  [12, "12 min"],
  [3 * 60 + 59, "3 h"],
  [49 * 60, "2 dias"],
])("waiting for %d minutes is %s", (minutes, shown) => {
  expect(plain(waitingTime(ago(minutes), NOW, "pt-BR"))).toBe(shown);
});

test.each([
  [1, "1 min"],
  [59, "59 min"],
  [61, "1 h 1 min"],
  [120, "2 h"],
  [23 * 60 + 30, "23 h"],
])("%d minutes left are %s", (minutes, shown) => {
  expect(plain(timeLeft(NOW + minutes * 60_000, NOW, "pt-BR") ?? "")).toBe(shown);
});

test("a window that is over leaves nothing, not zero", () => {
  expect(timeLeft(NOW, NOW, "pt-BR")).toBeNull();
});

test("what is no time is shown as unknown", () => {
  expect([exactTime("", pt), freshTime("never", NOW, pt), dayName("x", NOW, pt)]).toEqual(["—", "—", "—"]);
});
