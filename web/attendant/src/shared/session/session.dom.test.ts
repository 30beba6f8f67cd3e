import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Session } from "@/shared/session/session";

type Reply = () => Promise<Response>;

const json = (status: number, body: unknown) =>
  Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
const signedIn =
  (id: string, token: string, permissions: string[] = []) =>
  () =>
    json(200, { access_token: token, expires_in: 900, token_type: "Bearer", attendant: { id, name: id, permissions } });
const refused = () => json(401, { code: "unauthenticated" });
const offline: Reply = () => Promise.reject(new TypeError("Failed to fetch"));

/** The tabs of one browser hear each other; none hears itself. */
class Channel {
  static open: Channel[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() {
    Channel.open.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.open) if (other !== this) other.onmessage?.({ data });
  }
}

let replies: Record<string, Reply>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-29T12:00:00Z") });
  localStorage.clear();
  Channel.open = [];
  asked = [];
  replies = { refresh: signedIn("ana", "t1"), logout: () => Promise.resolve(new Response(null, { status: 204 })) };
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("fetch", (path: string) => {
    const action = path.split("/").at(-1) ?? "";
    asked.push(action);
    return (replies[action] ?? refused)();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function started(): Promise<Session> {
  const session = new Session();
  await session.start();
  return session;
}

test("a session of before goes on", async () => {
  const session = await started();
  expect(session.getState()).toMatchObject({ status: "signed_in", me: { id: "ana" } });
  expect(await session.token()).toBe("t1");
});

test("nobody was signed in: no word of an expired session", async () => {
  replies["refresh"] = refused;
  expect((await started()).getState()).toEqual({ status: "signed_out", reason: "never" });
});

test("no answer at the start: it is tried again by itself", async () => {
  replies["refresh"] = offline;
  const session = await started();
  expect(session.getState().status).toBe("unreachable");
  replies["refresh"] = signedIn("ana", "t1");
  await vi.advanceTimersByTimeAsync(5000);
  expect(session.getState().status).toBe("signed_in");
});

test("offline while the token is renewed: still signed in, with the old token as long as it is good", async () => {
  const session = await started();
  replies["refresh"] = offline;
  vi.advanceTimersByTime(850_000);
  expect(await session.token()).toBe("t1");
  vi.advanceTimersByTime(60_000);
  await expect(session.token()).rejects.toThrow("no answer");
  expect(session.getState().status).toBe("signed_in");
  replies["refresh"] = signedIn("ana", "t2");
  expect(await session.token()).toBe("t2");
});

test("many requests that are refused at once renew the token once", async () => {
  const session = await started();
  asked = [];
  replies["refresh"] = signedIn("ana", "t2");
  const renewed = await Promise.all([session.renewed("t1"), session.renewed("t1"), session.renewed("t1")]);
  expect(renewed).toEqual(["t2", "t2", "t2"]);
  expect(asked).toEqual(["refresh"]);
});

test("two tabs never refresh at the same moment", async () => {
  const [one, two] = [await started(), await started()];
  let running = 0;
  let most = 0;
  replies["refresh"] = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return signedIn("ana", "t2")();
  };
  await Promise.all([one.renewed("t1"), two.renewed("t1")]);
  expect(most).toBe(1);
});

test("a session that ended in the night is said to have expired, in every tab; signing in goes on in all", async () => {
  const [one, two] = [await started(), await started()];
  replies["refresh"] = refused;
  expect(await one.renewed("t1")).toBeNull();
  for (const tab of [one, two]) expect(tab.getState()).toEqual({ status: "signed_out", reason: "expired" });
  replies["login"] = signedIn("ana", "t3");
  replies["refresh"] = signedIn("ana", "t4");
  await one.login("ana@x.test", "secret");
  await vi.advanceTimersByTimeAsync(0);
  for (const tab of [one, two]) expect(tab.getState()).toMatchObject({ status: "signed_in", me: { id: "ana" } });
});

test("signing out in one tab signs out the others", async () => {
  const [one, two] = [await started(), await started()];
  await one.logout();
  expect(two.getState()).toEqual({ status: "signed_out", reason: "left" });
  expect(await two.token()).toBeNull();
});

test("another attendant who signs in in another tab takes over this one, too", async () => {
  const [one, two] = [await started(), await started()];
  replies["login"] = signedIn("bia", "b1");
  replies["refresh"] = signedIn("bia", "b2");
  const told: string[] = [];
  two.subscribe(() => told.push(two.getState().status));
  await one.login("bia@x.test", "secret");
  expect(await two.token()).toBeNull(); // nothing goes out as the first one any more
  await vi.advanceTimersByTimeAsync(0);
  expect(two.getState()).toMatchObject({ status: "signed_in", me: { id: "bia" } });
  expect(told).toEqual(["starting", "signed_in"]);
});

test("somebody who signs out without a connection is not signed in again by the cookie", async () => {
  const session = await started();
  replies["logout"] = offline;
  await session.logout();
  expect(session.getState()).toEqual({ status: "signed_out", reason: "left" });
  replies["logout"] = () => Promise.resolve(new Response(null, { status: 204 }));
  replies["refresh"] = refused;
  asked = [];
  expect((await started()).getState().status).toBe("signed_out");
  expect(asked).toEqual(["logout", "refresh"]);
});

test("a renewal that is answered after signing out does not sign in again", async () => {
  const session = await started();
  let answer: (response: Response) => void = () => undefined;
  replies["refresh"] = () => new Promise((resolve) => (answer = resolve));
  replies["logout"] = offline;
  const renewing = session.renewed("t1");
  await vi.advanceTimersByTimeAsync(0);
  await session.logout();
  answer(await signedIn("ana", "t2")());
  expect(await renewing).toBeNull();
  expect(session.getState().status).toBe("signed_out");
});

test("changed rights bring a new token with the person's record, unchanged ones ask for nothing", async () => {
  replies["refresh"] = signedIn("ana", "t1", ["b", "a"]);
  const session = await started();
  session.permitted(["a", "b"], "all");
  expect(asked).toEqual(["refresh"]);
  replies["refresh"] = signedIn("ana", "t2", ["a"]);
  session.permitted(["a"], "all");
  await vi.waitFor(() => expect(session.getState()).toMatchObject({ me: { permissions: ["a"] } }));
  expect(await session.token()).toBe("t2");
});
