/**
 * Voice messages as phones record them: Ogg with Opus. Browsers record Opus too, but most of them in WebM; only the
 * container is changed here (RFC 3533, RFC 7845, Matroska's element ids), nothing is encoded again.
 */

export class UnreadableAudio extends Error {
  override readonly name = "UnreadableAudio";
}

export const SAMPLE_RATE = 48_000;

// Segment, Cluster, Tracks, TrackEntry, BlockGroup: what is in them is read, they themselves are passed over.
const MASTERS = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xa0]);
const CODEC_PRIVATE = 0x63a2;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const LACING = 0x06;
const PACKETS_PER_PAGE = 50;
const MOST_SEGMENTS = 255;
const FIRST_PAGE = 2;
const LAST_PAGE = 4;
const SERIAL = 0x41544431;

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** One channel, 48 kHz, 312 samples before the sound begins (RFC 7845, section 5.1). */
const PLAIN_HEAD = Uint8Array.from([...ascii("OpusHead"), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0]);

/** Whether a file is Matroska or WebM. */
export function isWebm(data: Uint8Array): boolean {
  return data[0] === 0x1a && data[1] === 0x45 && data[2] === 0xdf && data[3] === 0xa3;
}

/** The same sound in an Ogg file. Raises `UnreadableAudio`. */
export function oggFromWebm(data: Uint8Array): Uint8Array<ArrayBuffer> {
  let head = PLAIN_HEAD;
  const packets: Uint8Array[] = [];
  for (const { id, payload } of elements(data)) {
    if (id === CODEC_PRIVATE && startsWith(payload, "OpusHead")) {
      if (payload.length < PLAIN_HEAD.length) throw new UnreadableAudio("truncated OpusHead");
      head = Uint8Array.from(payload);
    } else if (id === SIMPLE_BLOCK || id === BLOCK) {
      packets.push(packetOf(payload));
    }
  }
  if (packets.length === 0) throw new UnreadableAudio("no audio packets");
  return ogg(packets, head);
}

function packetOf(block: Uint8Array): Uint8Array {
  const track = vint(block, 0).length;
  const flags = block[track + 2];
  if (flags === undefined) throw new UnreadableAudio("truncated block");
  if ((flags & LACING) !== 0) throw new UnreadableAudio("blocks with lacing are not supported");
  return block.subarray(track + 3);
}

/** An Ogg file of Opus packets. */
export function ogg(packets: readonly Uint8Array[], head: Uint8Array = PLAIN_HEAD): Uint8Array<ArrayBuffer> {
  const vendor = ascii("atendimento");
  const tags = Uint8Array.from([...ascii("OpusTags"), vendor.length, 0, 0, 0, ...vendor, 0, 0, 0, 0]);
  const pages = [page([head], 0, 0, FIRST_PAGE), page([tags], 0, 1, 0)];
  let granule = (head[10] ?? 0) | ((head[11] ?? 0) << 8);
  let waiting: Uint8Array[] = [];
  let segments = 0;
  packets.forEach((packet, at) => {
    waiting.push(packet);
    granule += samplesOf(packet);
    segments += segmentsOf(packet);
    const last = at === packets.length - 1;
    const next = packets[at + 1];
    const full = next !== undefined && segments + segmentsOf(next) > MOST_SEGMENTS;
    if (!last && !full && waiting.length < PACKETS_PER_PAGE) return;
    pages.push(page(waiting, granule, pages.length, last ? LAST_PAGE : 0));
    waiting = [];
    segments = 0;
  });
  return joined(pages);
}

function segmentsOf(packet: Uint8Array): number {
  return Math.floor(packet.length / 255) + 1;
}

const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];

/** How many samples at 48 kHz a packet has (RFC 6716, section 3.1). */
export function samplesOf(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const config = toc >> 3;
  const table = config < 12 ? SILK_MS : config < 16 ? HYBRID_MS : CELT_MS;
  const frames = [1, 2, 2, (packet[1] ?? 0) & 0x3f][toc & 3] ?? 0;
  return (table[config % table.length] ?? 0) * 48 * frames;
}

/** Every element that is no master. The last one may be cut off: a recording that was stopped. */
function* elements(data: Uint8Array): Generator<{ id: number; payload: Uint8Array }> {
  let at = 0;
  while (at < data.length) {
    const id = vint(data, at, true);
    at += id.length;
    const size = vint(data, at);
    at += size.length;
    if (MASTERS.has(id.value)) continue;
    yield { id: id.value, payload: data.subarray(at, at + size.value) };
    at += size.value;
  }
}

/** A whole number of Matroska's variable length, and how many bytes it takes. */
function vint(data: Uint8Array, at: number, keepMarker = false): { value: number; length: number } {
  const first = data[at];
  if (first === undefined || first === 0) throw new UnreadableAudio("invalid Matroska element");
  const length = Math.clz32(first) - 23;
  if (at + length > data.length) throw new UnreadableAudio("truncated Matroska element");
  let value = keepMarker ? first : first & (0xff >> length);
  for (let next = 1; next < length; next += 1) value = value * 256 + (data[at + next] ?? 0);
  return { value, length };
}

/** One page of an Ogg file (RFC 3533, section 6). */
function page(packets: readonly Uint8Array[], granule: number, number: number, flags: number): Uint8Array {
  const lacing = packets.flatMap((packet) => [
    ...new Array<number>(Math.floor(packet.length / 255)).fill(255),
    packet.length % 255,
  ]);
  const head = new Uint8Array(27 + lacing.length);
  const view = new DataView(head.buffer);
  head.set(ascii("OggS"));
  head[5] = flags;
  view.setBigInt64(6, BigInt(granule), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, number, true);
  head[26] = lacing.length;
  head.set(lacing, 27);
  const whole = joined([head, ...packets]);
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** Ogg's checksum of a page whose own field of it is 0. */
export function checksum(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = ((value << 8) ^ (TABLE[(value >>> 24) ^ byte] ?? 0)) >>> 0;
  return value;
}

function startsWith(data: Uint8Array, text: string): boolean {
  return ascii(text).every((byte, at) => data[at] === byte);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
