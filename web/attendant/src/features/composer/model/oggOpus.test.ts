import { expect, test } from "vitest";

import { checksum, isWebm, ogg, oggFromWebm, samplesOf, SAMPLE_RATE, UnreadableAudio } from "./oggOpus";

const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const HEAD = Uint8Array.from([...ascii("OpusHead"), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0]);
/** 20 ms of CELT in one frame, with something in it by which it is known. */
const packet = (number: number, length = 40) =>
  Uint8Array.from({ length }, (_, at) => (at === 0 ? 0xf8 : (number + at) % 256));

function element(id: number[], payload: ArrayLike<number>, size?: number[]): number[] {
  const length = payload.length;
  const sized = size ?? (length < 127 ? [0x80 | length] : [0x40 | (length >> 8), length & 0xff]);
  return [...id, ...sized, ...Array.from(payload)];
}

const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** As Chromium records it: segment and clusters without a size, one simple block for each packet. */
function webm(packets: Uint8Array[], flags = 0x80): Uint8Array {
  const track = element([0xae], [...element([0xd7], [1]), ...element([0x63, 0xa2], HEAD)]);
  const blocks = packets.flatMap((one) => element([0xa3], [0x81, 0, 0, flags, ...one]));
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], ascii("webm"))),
    ...[0x18, 0x53, 0x80, 0x67, ...UNKNOWN],
    ...element([0x16, 0x54, 0xae, 0x6b], track),
    ...[0x1f, 0x43, 0xb6, 0x75, ...UNKNOWN],
    ...element([0xe7], [0]),
    ...blocks,
  ]);
}

interface Page {
  flags: number;
  granule: number;
  number: number;
  serial: number;
  packets: Uint8Array[];
  whole: boolean;
}

/** Reads pages as a player does, and checks each against its checksum. */
function pagesOf(data: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < data.length;) {
    const view = new DataView(data.buffer, data.byteOffset + at);
    expect(String.fromCharCode(...data.subarray(at, at + 4))).toBe("OggS");
    const segments = view.getUint8(26);
    const packets: Uint8Array[] = [];
    let start = at + 27 + segments;
    let length = 0;
    for (let one = 0; one < segments; one += 1) {
      const lacing = view.getUint8(27 + one);
      length += lacing;
      if (lacing === 255) continue;
      packets.push(data.slice(start, start + length));
      start += length;
      length = 0;
    }
    const page = data.slice(at, start + length);
    new DataView(page.buffer).setUint32(22, 0, true);
    pages.push({
      flags: view.getUint8(5),
      granule: Number(view.getBigInt64(6, true)),
      serial: view.getUint32(14, true),
      number: view.getUint32(18, true),
      packets,
      whole: checksum(page) === view.getUint32(22, true),
    });
    at = start + length;
  }
  return pages;
}

test("the checksum is that of the Ogg format", () => {
  // Polynomial 0x04c11db7, nothing reflected, nothing inverted.
  expect(checksum(Uint8Array.from(ascii("123456789")))).toBe(0x89a1897f);
});

test("WebM from a browser becomes Ogg with the same packets", () => {
  const packets = Array.from({ length: 130 }, (_, at) => packet(at));
  const pages = pagesOf(oggFromWebm(webm(packets)));
  expect(pages.map((page) => page.number)).toEqual(pages.map((_, at) => at));
  expect(pages.every((page) => page.whole)).toBe(true);
  expect(new Set(pages.map((page) => page.serial)).size).toBe(1);
  expect(pages[0]?.packets).toEqual([HEAD]);
  expect(pages[0]?.flags).toBe(2);
  expect(String.fromCharCode(...(pages[1]?.packets[0]?.subarray(0, 8) ?? []))).toBe("OpusTags");
  expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(packets);
  expect(pages.at(-1)?.flags).toBe(4);
  expect(pages.at(-1)?.granule).toBe(312 + 130 * 0.02 * SAMPLE_RATE);
});

test("packets of many lengths stay whole, also where a length is a multiple of 255", () => {
  const packets = [1, 254, 255, 256, 510, 1275, 1275, 3].map((length, at) => packet(at, length));
  const long = [...packets, ...Array.from({ length: 120 }, (_, at) => packet(at, 1275))];
  const pages = pagesOf(ogg(long));
  expect(pages.every((page) => page.whole)).toBe(true);
  expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(long);
});

test("how long a packet is follows its first bytes", () => {
  expect(samplesOf(Uint8Array.of(0xf8))).toBe(960); // CELT, 20 ms
  expect(samplesOf(Uint8Array.of(0x18))).toBe(2880); // SILK, 60 ms
  expect(samplesOf(Uint8Array.of(0x60))).toBe(480); // hybrid, 10 ms
  expect(samplesOf(Uint8Array.of(0xf9))).toBe(1920); // two frames
  expect(samplesOf(Uint8Array.of(0xfb, 3))).toBe(2880); // as many as the second byte says
  expect(samplesOf(new Uint8Array())).toBe(0);
});

test("a recording that was cut off keeps what is there", () => {
  const whole = webm([packet(1), packet(2), packet(3)]);
  const pages = pagesOf(oggFromWebm(whole.subarray(0, whole.length - 10)));
  expect(pages.slice(2).flatMap((page) => page.packets)).toHaveLength(3);
});

test("what is no recording of a browser is refused", () => {
  expect(() => oggFromWebm(Uint8Array.from(ascii("not audio")))).toThrow(UnreadableAudio);
  expect(() => oggFromWebm(webm([]))).toThrow(UnreadableAudio);
  expect(() => oggFromWebm(webm([packet(1)], 0x82))).toThrow(/lacing/);
  expect(isWebm(webm([packet(1)]))).toBe(true);
  expect(isWebm(ogg([packet(1)]))).toBe(false);
});
