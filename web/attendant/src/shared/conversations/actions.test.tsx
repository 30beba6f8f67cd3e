/** Actions are shown at once; a refusal leaves what the server has. */
import { act } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { useConversationActions } from "@/shared/conversations/actions";
import { liveOf } from "@/shared/realtime/live";
import { Refusal, renderPart, type Answers, type Part } from "@/shared/testing/part";

const BIA = { id: "bia", name: "Bia" };
const ONE = {
  id: "c",
  sequence: 4,
  status: "queued",
  assignee: null,
  favourite: false,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  priority: "normal",
  unread_count: 2,
  contact: { id: "x", name: "Maria", labels: [] },
  channel: { kind: "whatsapp", account_id: "a", name: "Loja" },
  last_activity_at: "2026-11-29T12:00:00.000Z",
} as unknown as Conversation;
const CONFLICT = new Refusal(409, { code: "conflict" });

type Actions = ReturnType<typeof useConversationActions>;
let actions: Actions;

function Probe() {
  const found = useConversationActions();
  useEffect(() => {
    actions = found;
  });
  return null;
}

async function start(answers: Answers): Promise<Part> {
  const part = await renderPart(<Probe />, { answers, texts: [] });
  await liveOf(part.client).acting(
    () => Promise.resolve([ONE]),
    (answered, watch) => liveOf(part.client).takeAnswered(answered, watch),
  );
  return part;
}

afterEach(() => vi.unstubAllGlobals());

const copyIn = ({ client }: Part) => liveOf(client).copyOf("c");
const put = ({ asked }: Part) => asked.filter(({ method, path }) => method === "POST" && path.endsWith("/c/assign"));

test("a refused close is taken back", async () => {
  const part = await start({ "POST /api/v1/conversations/c/close": new Refusal(422, { code: "invalid" }) });
  await act(async () => {
    const closing = actions.close.mutateAsync({ id: "c" });
    await Promise.resolve();
    expect(copyIn(part)).toMatchObject({ status: "closed", unread_count: 0 });
    await expect(closing).rejects.toMatchObject({ code: "invalid" });
  });
  expect(copyIn(part)).toEqual(ONE);
});

test("what the server said meanwhile is not taken back with it", async () => {
  let refuse: (refusal: Refusal) => void = () => undefined;
  const refused = new Promise<Refusal>((resolve) => (refuse = resolve));
  const part = await start({});
  vi.stubGlobal("fetch", async ({ method }: Request) => {
    if (method === "GET") return new Promise(() => undefined);
    const { status, body } = await refused;
    return new Response(JSON.stringify(body), { status });
  });
  await act(async () => {
    const closing = actions.close.mutateAsync({ id: "c" });
    await Promise.resolve();
    const live = liveOf(part.client);
    await live.acting(
      () => Promise.resolve([{ ...ONE, sequence: 5, assignee: BIA, status: "open" as const }]),
      (answered, watch) => live.takeAnswered(answered, watch),
    );
    refuse(new Refusal(422, { code: "invalid" }));
    await expect(closing).rejects.toMatchObject({ code: "invalid" });
  });
  expect(copyIn(part)).toMatchObject({ sequence: 5, assignee: BIA, status: "open" });
});

test("who is slower learns it, and takes nothing away", async () => {
  const part = await start({
    "POST /api/v1/conversations/c/assign": CONFLICT,
    "GET /api/v1/conversations/c": { ...ONE, sequence: 5, assignee: BIA, status: "open" },
  });
  await act(() =>
    expect(actions.take.mutateAsync({ id: "c" })).rejects.toMatchObject({ now: { is: "assigned", name: "Bia" } }),
  );
  expect(put(part)).toHaveLength(1);
  await vi.waitFor(() => expect(copyIn(part)).toMatchObject({ assignee: BIA, sequence: 5 }));
});

test.each([
  [{ assignee: BIA, status: "closed" }, "closed"],
  [{ assignee: null, status: "queued" }, "queued"],
])("who gives away what is %j now learns that it is %s", async (now, is) => {
  const caio = { id: "caio", name: "Caio" };
  const part = await start({
    "POST /api/v1/conversations/c/assign": CONFLICT,
    "GET /api/v1/conversations/c": { ...ONE, sequence: 5, ...now },
  });
  liveOf(part.client).expect("c", { assignee: caio, status: "open" });
  const giving = () => actions.assign.mutateAsync({ id: "c", to: { id: "me", name: "Ana" } });
  await act(() => expect(giving()).rejects.toMatchObject({ now: { is } }));
});

test("what another window of the same person has taken meanwhile is taken", async () => {
  let tries = 0;
  const taken = { ...ONE, sequence: 6, assignee: { id: "me", name: "Ana Admin" }, status: "open" };
  const part = await start({
    "POST /api/v1/conversations/c/assign": () => ((tries += 1) === 1 ? CONFLICT : taken),
    "GET /api/v1/conversations/c": { ...taken, sequence: 5 },
  });
  await act(() => actions.take.mutateAsync({ id: "c" }));
  expect(copyIn(part)).toEqual(taken);
});

test("that the customer wrote meanwhile is no reason against taking it", async () => {
  let tries = 0;
  const taken = { ...ONE, sequence: 6, assignee: { id: "me", name: "Ana Admin" }, status: "open" };
  const part = await start({
    "POST /api/v1/conversations/c/assign": () => ((tries += 1) === 1 ? CONFLICT : taken),
    "GET /api/v1/conversations/c": { ...ONE, sequence: 5, unread_count: 3 },
  });
  await act(() => actions.take.mutateAsync({ id: "c" }));
  expect(put(part)).toHaveLength(2);
  expect(copyIn(part)).toEqual(taken);
});

test("what the customer writes in the second of closing keeps the conversation open", async () => {
  const written = { id: "m9", kind: "text", preview: "Espera!", direction: "inbound", occurred_at: "", author: null };
  const part = await start({
    "POST /api/v1/conversations/c/close": CONFLICT,
    "GET /api/v1/conversations/c": { ...ONE, sequence: 5, unread_count: 3, last_message: written },
  });
  await act(() => expect(actions.close.mutateAsync({ id: "c" })).rejects.toMatchObject({ code: "customer_wrote" }));
  await vi.waitFor(() => expect(copyIn(part)).toMatchObject({ status: "queued", unread_count: 3 }));
});

test("an own answer that went out meanwhile is no reason against closing", async () => {
  let tries = 0;
  const sent = { id: "m9", kind: "text", preview: "Até logo", direction: "outbound", occurred_at: "", author: null };
  const closed = { ...ONE, sequence: 6, status: "closed" };
  const part = await start({
    "POST /api/v1/conversations/c/close": () => ((tries += 1) === 1 ? CONFLICT : closed),
    "GET /api/v1/conversations/c": { ...ONE, sequence: 5, last_message: sent },
  });
  await act(() => actions.close.mutateAsync({ id: "c" }));
  expect(copyIn(part)).toMatchObject({ status: "closed", sequence: 6 });
});

test("a refused favourite is taken back", async () => {
  const part = await start({ "PUT /api/v1/conversations/c/favourite": new Refusal(503, {}) });
  await act(async () => {
    const marking = actions.favourite.mutateAsync({ id: "c", on: true });
    await Promise.resolve();
    expect(copyIn(part)?.favourite).toBe(true);
    await expect(marking).rejects.toMatchObject({ status: 503 });
  });
  expect(copyIn(part)?.favourite).toBe(false);
});
