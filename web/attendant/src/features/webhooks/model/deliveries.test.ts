import fc from "@/shared/testing/properties";
import { describe, expect, test } from "vitest";

import type { Attempt, DeliveryDetail, Replay } from "../api/ledgerTypes";
import { deliveriesPath, filterOf, isFiltered, queryOf, settled, withField } from "./deliveries";
import { curlOf } from "./deliveriesCurl";
import { hostOf, nameOf, originOf } from "./deliveriesNames";
import { drawnLength, pauseWords, timelineOf, tookWords } from "./deliveriesTimeline";
import { jsonLines, prettyJson } from "./json";
import { formOf, progressOf, replayPeriod, wishOf } from "./replay";

const ZONE = "America/Sao_Paulo";
const query = (text: string) => new URLSearchParams(text);

describe("what is asked for", () => {
  test("an address holds the filter, and what is none of its words is left out", () => {
    expect(filterOf(query("state=failed&type=message.received&q=%20abc%20&from=2026-11-22&page=2"))).toEqual({
      state: "failed",
      type: "message.received",
      q: "abc",
      from: "2026-11-22",
    });
    expect(filterOf(query("state=lost&from=yesterday&q="))).toEqual({});
    expect(isFiltered(filterOf(query("page=2")))).toBe(false);
  });

  test("a field that is emptied leaves the address, and the others stay", () => {
    expect(withField(query("state=failed&q=a"), "state", "").toString()).toBe("q=a");
    expect(withField(query("q=a"), "type", "contact.erased").toString()).toBe("q=a&type=contact.erased");
  });

  test("days are the company's, and the last one is in the period", () => {
    expect(queryOf("w", { from: "2026-11-22", to: "2026-11-22" }, ZONE)).toEqual({
      limit: 50,
      webhook_id: "w",
      since: "2026-11-22T03:00:00.000Z",
      until: "2026-11-23T03:00:00.000Z",
    });
    expect(queryOf(null, { from: "2026-11-22", to: "2026-11-01", state: "waiting" }, ZONE)).toEqual({
      limit: 50,
      state: "waiting",
      since: "2026-11-22T03:00:00.000Z",
    });
  });

  test("an id that somebody typed into the address stays one part of it", () => {
    expect(deliveriesPath(null, "../x?y")).toBe("/settings/webhooks/deliveries/..%2Fx%3Fy");
    expect(deliveriesPath("w")).toBe("/settings/webhooks/w/deliveries");
  });
});

describe("rows that come while one reads", () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ id }));

  test.each([
    ["nothing is known yet: all show", [], ["c", "b", "a"], ["c", "b", "a"], 0],
    ["what came on top waits", ["b", "a"], ["d", "c", "b", "a"], ["b", "a"], 2],
    ["what comes between them waits, too", ["c", "a"], ["c", "b", "a"], ["c", "a"], 1],
    ["what was asked for below shows", ["c", "b"], ["c", "b", "a"], ["c", "b", "a"], 0],
    ["the known ones have all left: the rest shows", ["z"], ["b", "a"], ["b", "a"], 0],
  ])("%s", (_, known, found, shown, fresh) => {
    const result = settled(rows(...found), new Set(known));
    expect(result.shown.map(({ id }) => id)).toEqual(shown);
    expect(result.fresh).toBe(fresh);
  });
});

describe("JSON as people read it", () => {
  test("any JSON is indented as JSON.stringify does, and says the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  test("numbers and escapes stay letter by letter", () => {
    const sent = '{"id":12345678901234567890, "half":"\\ud83d", "e":1.50e+02,\n"x":[ ] }';
    expect(prettyJson(sent)).toBe(
      '{\n  "id": 12345678901234567890,\n  "half": "\\ud83d",\n  "e": 1.50e+02,\n  "x": []\n}',
    );
  });

  test("keys are told from texts, also where a text looks like one", () => {
    const [, line] = jsonLines('{"a":"b: \\"c\\":"}') ?? [];
    expect(line?.map(({ kind, text }) => [kind, text])).toEqual([
      ["sign", "  "],
      ["key", '"a"'],
      ["sign", ": "],
      ["text", '"b: \\"c\\":"'],
    ]);
  });

  test.each(["", "not json", "{", "<html>", "{'a':1}"])("%j is no JSON and stays as it is", (text) => {
    expect(jsonLines(text)).toBeNull();
    expect(prettyJson(text)).toBe(text);
  });
});

describe("as a command", () => {
  const request = {
    url_host: "crm.example.com",
    headers: [
      { name: "webhook-id", value: "e1" },
      { name: "Authorization", value: null },
      { name: "Content-Length", value: "12" },
    ],
    body: `@{"text":"it's $HOME \`x\`\n"}`,
  };

  test("quotes, variables, lines and a leading @ reach the receiver as they were sent", () => {
    expect(curlOf(request, "https://crm.example.com/in?token=x%40y")).toBe(
      [
        "curl --request POST 'https://crm.example.com/in?token=x%40y' \\",
        "  --header 'webhook-id: e1' \\",
        "  --header 'Authorization: …' \\",
        `  --data-raw '@{"text":"it'\\''s $HOME \`x\`\n"}'`,
      ].join("\n"),
    );
  });

  test("no quote of what was sent can end the argument that it stands in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (body) => {
        const command = curlOf({ url_host: null, headers: [], body }, "https://a/");
        const [, , , last = ""] = /^(.*) '(.*)' \\\n {2}--data-raw '([\s\S]*)'$/.exec(command) ?? [];
        expect(last.replaceAll(`'\\''`, "\u{F0000}")).not.toContain("'");
        expect(last.replaceAll(`'\\''`, "'")).toBe(body);
      }),
    );
  });
});

const attempt = (at: string, more: Partial<Attempt> = {}): Attempt => ({
  at,
  outcome: "refused",
  status: 503,
  ms: 200,
  error: null,
  trouble: null,
  answer: null,
  answer_headers: [],
  retry_after: null,
  ...more,
});

const delivery = (more: Partial<DeliveryDetail>): DeliveryDetail => ({
  id: "d",
  webhook_id: "w",
  event_id: "e",
  event_type: "message.received",
  conversation_id: null,
  state: "delivered",
  tries: 1,
  accepted_at: "2026-11-22T12:00:00.000Z",
  due_at: null,
  finished_at: null,
  last: null,
  replay_id: null,
  waiting_for: null,
  reason: null,
  attempts: [],
  request: { url_host: "h", headers: [], body: "{}" },
  ...more,
});

describe("the line of time", () => {
  test("an attempt at once has no pause before it; the next ones have, from end to beginning", () => {
    const attempts = [attempt("2026-11-22T12:00:00.040Z", { ms: 960 }), attempt("2026-11-22T12:00:06.000Z")];
    const line = timelineOf(delivery({ tries: 2, attempts, state: "failed" }));
    expect(line.map(({ is }) => is)).toEqual(["accepted", "attempt", "pause", "attempt"]);
    expect(line[2]).toMatchObject({ is: "pause", ms: 5000 });
    expect(line[3]).toMatchObject({ number: 2 });
  });

  test("what waits says what comes next", () => {
    const line = timelineOf(delivery({ state: "waiting", waiting_for: "pause", due_at: null, tries: 0 }));
    expect(line.at(-1)).toEqual({ is: "next", at: null, waitsFor: "pause" });
  });

  test("attempts that are not kept any more are counted", () => {
    const line = timelineOf(delivery({ tries: 25, attempts: [attempt("2026-11-23T12:00:00.000Z")] }));
    expect(line.map(({ is }) => is)).toEqual(["accepted", "attempt"]);
    expect(line[1]).toMatchObject({ number: 25 });
  });

  test("longer pauses are never drawn shorter, and all within their room", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (a, b) => {
          const [short, long] = a < b ? [a, b] : [b, a];
          expect(drawnLength(short)).toBeLessThanOrEqual(drawnLength(long));
          expect(drawnLength(short)).toBeGreaterThanOrEqual(0);
          expect(drawnLength(long)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test.each([
    [200, "200 ms"],
    [5000, "5 s"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [93_600_000, "1 dia 2 h"],
  ])("%i ms in words: %s", (ms, words) => {
    expect(pauseWords(ms, "pt-BR").replaceAll("\u00a0", " ")).toBe(words);
  });

  test("what a receiver took is told in milliseconds, then in seconds", () => {
    expect(tookWords(212, "pt-BR")).toBe("212 ms");
    expect(tookWords(1449, "pt-BR")).toBe("1,4 s");
  });
});

describe("sending a period again", () => {
  const now = Date.parse("2026-11-22T15:00:00.000Z");
  const chosen = (since: string, until = "") => replayPeriod({ span: "chosen", since, until }, now, ZONE, null);

  test("a period is the company's, and wrong ones are said", () => {
    expect(chosen("2026-11-22T09:00")).toEqual({ since: "2026-11-22T12:00:00.000Z" });
    expect(chosen("2026-11-22T09:00", "2026-11-22T10:00")).toEqual({
      since: "2026-11-22T12:00:00.000Z",
      until: "2026-11-22T13:00:00.000Z",
    });
    expect(chosen("")).toEqual({ wrong: "no_start" });
    expect(chosen("2026-11-22T13:00")).toEqual({ wrong: "future" });
    expect(chosen("2026-11-22T09:00", "2026-11-22T09:00")).toEqual({ wrong: "reversed" });
    expect(replayPeriod({ span: "hour", since: "", until: "" }, now, ZONE, null)).toEqual({
      since: "2026-11-22T14:00:00.000Z",
    });
  });

  test("of one that fails, the period begins before it began to fail: the event of the first failure is in it", () => {
    const form = formOf(query(""), ZONE, "2026-11-21T10:00:00.000Z");
    expect(form.span).toBe("failing");
    expect(replayPeriod(form, now, ZONE, "2026-11-21T10:00:00.000Z")).toEqual({ since: "2026-11-21T09:50:00.000Z" });
  });

  test("an address may say which and since when", () => {
    const form = formOf(query("only=failed&since=2026-11-22T12:00:00.000Z"), ZONE, null);
    expect(form).toMatchObject({ span: "chosen", since: "2026-11-22T09:00", until: "", which: "failed" });
    expect(formOf(query("only=nonsense"), ZONE, null)).toMatchObject({ span: "day", which: "missed" });
  });

  test("types narrow what is replayed, never what failed", () => {
    const period = { since: "2026-11-22T12:00:00.000Z" };
    expect(wishOf({ which: "all", types: ["contact.*"] }, period)).toEqual({
      ...period,
      event_types: ["contact.*"],
      only: "all",
    });
    expect(wishOf({ which: "failed", types: ["contact.*"] }, period)).toEqual({ ...period, only: "all" });
    expect(wishOf({ which: "missed", types: [] }, period)).toEqual({ ...period, only: "missed" });
  });

  const replay = (more: Partial<Replay>): Replay => ({
    id: "r",
    webhook_id: "w",
    created_by: "Ana",
    kind: "replay",
    state: "running",
    reason: null,
    since: "",
    until: "",
    event_types: null,
    only: "all",
    total: null,
    examined: 0,
    added: 0,
    waiting: 0,
    unsendable: 0,
    delivered: 0,
    failed: 0,
    dropped: 0,
    created_at: "",
    finished_at: null,
    ...more,
  });

  test.each([
    [
      "nothing is counted: no share",
      replay({ added: 10, delivered: 4 }),
      { ended: 4, waiting: 6, total: null, share: null },
    ],
    [
      "half of it",
      replay({ total: 20, added: 12, delivered: 9, failed: 1 }),
      { ended: 10, waiting: 2, total: 20, share: 0.5 },
    ],
    [
      "more than was counted never runs over its end",
      replay({ total: 5, added: 8, delivered: 8 }),
      { ended: 8, waiting: 0, total: 8, share: 1 },
    ],
    [
      "what cannot be sent counts as dealt with",
      replay({ total: 4, added: 2, delivered: 2, unsendable: 2 }),
      { ended: 2, waiting: 0, total: 4, share: 1 },
    ],
    ["nothing to do", replay({ total: 0 }), { ended: 0, waiting: 0, total: 0, share: 0 }],
    [
      "stopped: nothing waits",
      replay({ state: "stopped", total: 20, added: 12, delivered: 9, dropped: 2 }),
      { ended: 11, waiting: 0, total: 12, share: 1 },
    ],
  ])("%s", (_, of, wanted) => expect(progressOf(of)).toEqual(wanted));
});

test("a webhook is called by its description, else by its host, never by what may be secret in its address", () => {
  expect(nameOf({ description: " ", url: "https://user:pass@crm.example.com:8443/in?token=x" })).toBe(
    "crm.example.com:8443",
  );
  expect(nameOf({ description: "CRM", url: "https://x/" })).toBe("CRM");
  expect(hostOf("no url")).toBe("no url");
  expect(originOf("message.received", "manual-1")).toBe("by_hand");
  expect(originOf("message.received", "0195")).toBe("replayed");
  expect(originOf("webhook.test", "manual-1")).toBe("of_test");
});
