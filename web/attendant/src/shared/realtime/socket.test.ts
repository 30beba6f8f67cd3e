import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Unanswered } from "@/shared/api/problem";
import { Socket, type Channel, type SocketParts } from "@/shared/realtime/socket";

const NOW = Date.parse("2026-11-29T12:00:00Z");

class Wire implements Channel {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;
  constructor(
    readonly since: string | null,
    readonly token: string,
  ) {}
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  frame(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }
  ready(cursor = "c1", expiresAt = NOW + 900_000): void {
    this.frame({ type: "ready", cursor, expires_at: expiresAt / 1000 });
  }
  event(cursor: string): void {
    this.frame({ ...EVENT, cursor });
  }
  drop(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

const EVENT = {
  id: "e1",
  type: "contact.updated",
  occurred_at: "2026-11-29T12:00:00.000Z",
  subject: "k1",
  sequence: 2,
  actor: { type: "system" },
  data: { contact: { id: "k1" } },
};

let wires: Wire[];
let said: string[];
let parts: SocketParts;
let socket: Socket;
const last = () => wires.at(-1) as Wire;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  wires = [];
  said = [];
  parts = {
    open: (since, token) => {
      const wire = new Wire(since, token);
      wires.push(wire);
      return wire;
    },
    token: vi.fn(() => Promise.resolve("t1")),
    renewed: vi.fn(() => Promise.resolve("t2")),
    online: () => true,
    now: Date.now,
    onEvent: vi.fn(),
    onPassing: vi.fn(),
    onGap: vi.fn(),
    onState: (state) => said.push(state),
    onServerTime: vi.fn(),
    onPermissions: (permissions) => said.push(`may ${permissions.join()}`),
    random: () => 0.5,
  };
  socket = new Socket(parts);
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

async function live(): Promise<Wire> {
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
  last().ready();
  return last();
}

async function dropped(code: number): Promise<Wire> {
  const wire = await live();
  wire.event("c7");
  wire.drop(code);
  await vi.advanceTimersByTimeAsync(60_000);
  return last();
}

test("the first connection asks for everything that was loaded before it", async () => {
  await live();
  expect(said).toEqual(["live"]);
  expect(parts.onGap).toHaveBeenCalledTimes(1);
});

test.each([1006, 1012, 1013, 4008, 4408])("closed with %d: it resumes where it stopped", async (code) => {
  const wire = await dropped(code);
  expect(wire.since).toBe("c7");
  wire.ready("c9");
  expect(parts.onGap).toHaveBeenCalledTimes(1); // the first one
});

test("a cursor that is refused: everything is loaded anew", async () => {
  const wire = await dropped(4400);
  expect(wire.since).toBeNull();
  wire.ready("c9");
  expect(parts.onGap).toHaveBeenCalledTimes(2);
});

test("resync: everything is loaded anew, and the cursor is kept", async () => {
  const wire = await live();
  wire.frame({ type: "resync", cursor: "c5", reason: "too far behind" });
  expect(parts.onGap).toHaveBeenCalledTimes(2);
  wire.drop(1006);
  await vi.advanceTimersByTimeAsync(5000);
  expect(last().since).toBe("c5");
});

test("an expired token is renewed, and the connection resumes", async () => {
  const wire = await dropped(4401);
  expect(parts.renewed).toHaveBeenCalledWith("t1");
  expect(wire.since).toBe("c7");
});

test("when the session is over, it does not knock again", async () => {
  vi.mocked(parts.renewed).mockResolvedValue(null);
  await dropped(4401);
  expect(wires).toHaveLength(1);
});

test("another attendant's token: the session decides what comes", async () => {
  await dropped(4403);
  expect(wires).toHaveLength(1);
});

test("too many connections: it waits long", async () => {
  const wire = await live();
  wire.drop(4429);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(wires).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(wires.length).toBeGreaterThan(1);
});

test("a newer token is handed over before the old one ends", async () => {
  const wire = await live();
  await vi.advanceTimersByTimeAsync(50_000);
  for (let beat = 0; beat < 40; beat += 1) {
    wire.frame({ type: "heartbeat", cursor: "c2" });
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(wire.sent).toContainEqual({ type: "auth", token: "t2" });
  expect(wires).toHaveLength(1);
});

test("no frame for a minute: the connection is dead, and made anew with the newest cursor", async () => {
  const wire = await live();
  wire.frame({ type: "heartbeat", cursor: "c3" });
  await vi.advanceTimersByTimeAsync(62_000);
  expect(wire.closed).toBe(true);
  expect(last()).not.toBe(wire);
  expect(last().since).toBe("c3");
});

test("after a sleep it asks whether the other end is there", async () => {
  const wire = await live();
  socket.wake();
  expect(wire.sent).toEqual([{ type: "ping" }]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(wire.closed).toBe(true);
});

test("the network goes: offline at once; it comes: tried at once, once", async () => {
  const wire = await live();
  socket.lost();
  expect(said).toEqual(["live", "offline"]);
  expect(wire.closed).toBe(true);
  socket.wake();
  socket.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(wires).toHaveLength(2);
});

test("failures in a row wait longer each time, and are said to be offline", async () => {
  socket.start();
  const times: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    await vi.advanceTimersByTimeAsync(0);
    const before = Date.now();
    const wanted = wires.length + 1;
    last().drop(1006);
    while (wires.length < wanted) await vi.advanceTimersByTimeAsync(500);
    times.push(Date.now() - before);
  }
  expect(times).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(said).toEqual(["offline"]);
});

test("no answer to the renewal of the token: tried again", async () => {
  vi.mocked(parts.token).mockRejectedValueOnce(new Unanswered("no answer"));
  socket.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(wires).toHaveLength(1);
});

test("what comes on an old connection is not heard", async () => {
  const old = await live();
  const { onmessage } = old;
  socket.lost();
  onmessage?.({ data: JSON.stringify({ ...EVENT, cursor: "c99" }) } as MessageEvent);
  expect(parts.onEvent).not.toHaveBeenCalled();
});

test("frames that nobody knows count for the cursor, and others for nothing", async () => {
  const wire = await live();
  wire.frame({ ...EVENT, type: "rating.requested", cursor: "c4" });
  wire.onmessage?.({ data: "{" } as MessageEvent);
  wire.frame({ no: "type" });
  expect(parts.onEvent).not.toHaveBeenCalled();
  wire.drop(1006);
  await vi.advanceTimersByTimeAsync(5000);
  expect(last().since).toBe("c4");
});

test("rights that changed are told when the server says them", async () => {
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
  last().ready();
  last().frame({ type: "authenticated", expires_at: (NOW + 900_000) / 1000 });
  expect(said.filter((one) => one.startsWith("may"))).toEqual([]);
  last().frame({ type: "authenticated", expires_at: (NOW + 900_000) / 1000, permissions: ["a", "b"] });
  expect(said.filter((one) => one.startsWith("may"))).toEqual(["may a,b"]);
});
