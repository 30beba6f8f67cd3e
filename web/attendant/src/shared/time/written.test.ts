/** What is typed into a field for a day or a time is read in the order of the person's language. */
import { expect, test } from "vitest";

import { laterDay, laterTime, readDay, readTime, writtenDay } from "./written";

test.each([
  ["pt-BR", "03/04/2027"],
  ["es", "03/04/2027"],
  ["en", "04/03/2027"],
])("in %s the third of April is %s, whatever the browser's language", (language, written) => {
  expect(writtenDay("2027-04-03", language)).toBe(written);
  expect(readDay(written, language)).toBe("2027-04-03");
});

test.each([
  ["22/11/2026", "2026-11-22"],
  ["22.11.2026", "2026-11-22"],
  ["22-11-26", "2026-11-22"],
  ["1/2/2027", "2027-02-01"],
  ["22112026", "2026-11-22"],
  [" 2026-11-22 ", "2026-11-22"],
  ["29/02/2028", "2028-02-29"],
  ["29/02/2027", ""],
  ["31/04/2027", ""],
  ["11/22/2026", ""],
  ["22/11", ""],
  ["22/11/202", ""],
  ["amanhã", ""],
  ["", ""],
])("the day %j is read as %j in Portuguese", (text, day) => {
  expect(readDay(text, "pt-BR")).toBe(day);
});

test.each([
  ["09:30", "09:30"],
  ["9:30", "09:30"],
  ["9h30", "09:30"],
  ["9h", "09:00"],
  ["9", "09:00"],
  ["0930", "09:30"],
  ["930", "09:30"],
  ["9:30 pm", "21:30"],
  ["12 AM", "00:00"],
  ["12:15 p.m.", "12:15"],
  ["23:59", "23:59"],
  ["24:00", ""],
  ["9:60", ""],
  ["13 pm", ""],
  ["9:3", ""],
  ["cedo", ""],
  ["", ""],
])("the time %j is read as %j", (text, time) => {
  expect(readTime(text)).toBe(time);
});

test("a day and a time are moved by the arrow keys over the ends of a month and of a day", () => {
  expect(laterDay("2027-02-28", 1)).toBe("2027-03-01");
  expect(laterDay("2027-01-01", -1)).toBe("2026-12-31");
  expect(laterTime("23:50", 15)).toBe("00:05");
  expect(laterTime("00:05", -15)).toBe("23:50");
});
