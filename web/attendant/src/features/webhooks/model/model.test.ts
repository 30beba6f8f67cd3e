import fc from "@/shared/testing/properties";
import { expect, test } from "vitest";

import { versionToMatch } from "@/features/settings";

import type { EventType, Webhook } from "../api/types";
import { bodyOf, brokenAt, changesOf, draftOf, HIDDEN, isRight, mistakes, newEndpoint, previewOf } from "./draft";
import { hostOf, lastDay, sparkBars, standingOf, totalsOf } from "./health";
import { choiceOf, groupsOf, isChosen, pathsOf, withGroup, withType } from "./patterns";
import { parseRetries, retriesText } from "./retries";
import { webhook } from "../testing";

const right = { ...newEndpoint(), url: "https://crm.example.com/hooks", event_types: ["message.*"] };

test.each<[string, Partial<typeof right>, string]>([
  ["no address", { url: "" }, "url"],
  ["an address without a scheme", { url: "crm.example.com" }, "url"],
  ["another scheme", { url: "ftp://crm.example.com" }, "url"],
  ["no event", { event_types: [] }, "event_types"],
  ["fields without any", { shape: "fields", fields: [] }, "fields"],
  ["a template that is no JSON", { shape: "template", template: "{" }, "template"],
  ["a template that would send everything", { shape: "template", template: "null" }, "template"],
  ["pauses that are no times", { retries: "5 s, soon" }, "retries"],
  ["a header without a name", { headers: [{ name: " ", value: "x" }] }, "headers"],
  ["a token that was not typed", { auth: { ...right.auth, kind: "bearer" } }, "auth"],
])("%s is said before anything is sent", (_, change, field) => {
  const found = mistakes({ ...right, ...change }, null);
  expect(isRight(found)).toBe(false);
  expect(isRight(mistakes(right, null))).toBe(true);
  expect(isRight({ ...found, [field]: mistakes(right, null)[field as keyof typeof found] })).toBe(true);
});

const stored = (change: Partial<Webhook>) => ({ ...webhook("one"), ...change });

test("a stored secret may be left out, but not for another kind, nor for another address of tokens", () => {
  const auth = { kind: "oauth2", token_url: "https://a.test/t", client_id: "us", client_certificate: null } as const;
  const known = stored({ auth });
  const draft = draftOf(known);
  expect(isRight(mistakes(draft, known))).toBe(true);
  const moved = { ...draft, auth: { ...draft.auth, token_url: "https://b.test/t" } };
  expect([...mistakes(moved, known).auth]).toEqual(["client_secret"]);
  expect([...mistakes({ ...draft, auth: { ...draft.auth, kind: "bearer" } }, known).auth]).toEqual(["token"]);
});

test("only what was changed is sent, so that stored credentials stay", () => {
  const known = stored({ auth: { kind: "basic", username: "us", client_certificate: null } });
  const draft = draftOf(known);
  expect(changesOf(draft, known)).toEqual({});
  expect(changesOf({ ...draft, description: "CRM 2" }, known)).toEqual({ description: "CRM 2" });
  const typed = { ...draft, auth: { ...draft.auth, password: "p" } };
  expect(changesOf(typed, known)).toEqual({ auth: { kind: "basic", username: "us", password: "p" } });
  const without = { ...draft, auth: { ...draft.auth, certificate_removed: true } };
  expect(changesOf(without, known).auth).toMatchObject({ client_certificate_pem: null });
});

test.each<[string, Partial<typeof right>, Partial<Webhook>, 1 | 2]>([
  ["the same field", { url: "https://mine.example.com" }, { url: "https://hers.example.com" }, 1],
  ["the same field to the same value", { url: "https://same.example.com" }, { url: "https://same.example.com" }, 2],
  ["another field", { url: "https://mine.example.com" }, { headers: { "X-Hers": "1" } }, 2],
  ["fields under a template", { shape: "template" }, { fields: ["id"] }, 1],
  ["anything under credentials", { auth: { ...right.auth, kind: "bearer", token: "t" } }, { ordered: true }, 1],
])("where somebody else has changed %s, it is saved over the version that the table says", (_, mine, hers, version) => {
  const seen = webhook("one");
  const [before, now] = [draftOf(seen), draftOf({ ...seen, ...hers })];
  const base = { values: bodyOf(before), version: 1, told: null };
  // What is typed lies over what is loaded.
  expect(versionToMatch(base, bodyOf(now), 2, bodyOf({ ...now, ...mine }), HIDDEN)).toBe(version);
});

test("a template that is set goes away when everything is sent again", () => {
  const known = stored({ template: { a: "{{ type }}" } });
  expect(draftOf(known).shape).toBe("template");
  expect(changesOf({ ...draftOf(known), shape: "whole" }, known)).toEqual({ template: null });
  expect(previewOf({ ...draftOf(known), shape: "fields", fields: ["type"] })).toMatchObject({
    fields: ["type"],
    template: null,
  });
});

test("headers without a name are left out, and names lose their blanks", () => {
  const headers = [
    { name: " X-Source ", value: "a b" },
    { name: "", value: "" },
  ];
  expect(bodyOf({ ...right, headers }).headers).toEqual({ "X-Source": "a b" });
});

test.each([
  ['{"a": 1}', null],
  ['{\n "a": 1,\n}', 3],
  ['{"a"', 1],
])("the line where %j stops to be JSON is %j", (text, line) => {
  expect(brokenAt(text)?.line ?? null).toBe(line);
});

test.each([
  ["5 s, 30s, 2 min, 1h, 1 d", [5, 30, 120, 3600, 86_400]],
  ["10; 20", [10, 20]],
  ["", []],
  ["0 s", null],
  ["8 d", null],
  ["1 week", null],
  ["5 s,", null],
  [Array.from({ length: 21 }, () => "1 s").join(","), null],
])("%j are the pauses %j", (text, seconds) => {
  expect(parseRetries(text)).toEqual(seconds);
});

test("pauses that are written are read as the same", () => {
  const pauses = fc.array(fc.integer({ min: 1, max: 604_800 }), { maxLength: 20 });
  fc.assert(
    fc.property(pauses, (seconds) => {
      expect(parseRetries(retriesText(seconds))).toEqual(seconds);
    }),
  );
});

const type = (name: string): EventType => ({
  type: name,
  group: name.split(".")[0] ?? "",
  description: { "pt-BR": name, en: name, es: name },
  example: {},
});
const groups = groupsOf(["message.received", "message.sent", "contact.created", "webhook.test"].map(type));
const [message, contact] = groups as [(typeof groups)[0], (typeof groups)[0]];

test("types stand in their groups, and the one of tests cannot be chosen", () => {
  expect(groups.map(({ name, types }) => [name, types.length])).toEqual([
    ["message", 2],
    ["contact", 1],
  ]);
});

test("taking one type out of a whole group leaves the others", () => {
  const whole = withGroup(["message.sent"], message, true);
  expect(whole).toEqual(["message.*"]);
  expect(choiceOf(whole, message)).toBe("all");
  const without = withType(whole, message, "message.sent", false);
  expect(without).toEqual(["message.received"]);
  expect(choiceOf(without, message)).toBe("some");
  expect(isChosen(without, "message.sent")).toBe(false);
  expect(choiceOf(withGroup(without, message, false), message)).toBe("none");
});

test.each([
  [["*"], true],
  [["contact.*"], true],
  [["message.*"], false],
])("%j asks for contact.created: %j", (patterns, chosen) => {
  expect(isChosen(patterns, "contact.created")).toBe(chosen);
  expect(choiceOf(patterns, contact)).toBe(chosen ? "all" : "none");
});

test("the paths of an event go through its lists", () => {
  expect(pathsOf({ type: "x", data: { labels: [{ id: 1 }, { name: "a" }] } })).toEqual([
    "type",
    "data",
    "data.labels",
    "data.labels.id",
    "data.labels.name",
  ]);
});

const NOW = Date.parse("2026-11-28T12:30:00Z");
const hour = (at: string, delivered: number, failed_attempts = 0) => ({ at, delivered, failed_attempts });

test("the last day has 24 hours, with noughts where nothing was sent and nothing older", () => {
  const day = lastDay([hour("2026-11-28T12:00:00Z", 4, 1), hour("2026-11-27T12:00:00Z", 9)], NOW);
  expect(day).toHaveLength(24);
  expect(day.at(-1)).toEqual(hour("2026-11-28T12:00:00Z", 4, 1));
  expect(day[0]?.at).toBe("2026-11-27T13:00:00.000Z");
  expect(totalsOf(day)).toEqual({ delivered: 4, failed: 1 });
});

test("bars stay within their height, and one failure among thousands is seen", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6)), { maxLength: 24 }), (counts) => {
      for (const { good, bad } of sparkBars(counts.map(([a, b]) => hour("", a, b)))) {
        expect(good + bad).toBeLessThanOrEqual(1);
        expect(good).toBeGreaterThanOrEqual(0);
      }
    }),
  );
  expect(sparkBars([hour("", 5000, 1)])[0]?.bad).toBeGreaterThan(0.1);
});

test.each<[Partial<Webhook>, string]>([
  [{ state: "disabled" }, "disabled"],
  [{ state: "paused", failing: { since: "", deliveries: 3 } }, "paused"],
  [{ failing: { since: "", deliveries: 3 } }, "failing"],
  [{ health: { ...webhook("one").health, status: "stopped" } }, "idle"],
])("%j stands as %s", (change, standing) => {
  expect(standingOf(stored(change))).toBe(standing);
});

test("an address is called by its host", () => {
  expect(hostOf("https://crm.example.com:8443/a?token=x")).toBe("crm.example.com:8443");
});
