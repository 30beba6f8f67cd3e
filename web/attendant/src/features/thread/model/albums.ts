/**
 * Messages that were sent together stand together, in the order in which they were sent, however late one of them came.
 * Pure.
 */
import type { Attachment, Message } from "@/shared/api/types";

import { contextOf, filesOf, isPicture, isVideo } from "./context";
import type { Shown } from "./shown";

function albumOf({ message }: Shown): string | null {
  const id = contextOf(message).album?.id;
  return id ? `${message.direction}/${id}` : null;
}

const positionOf = ({ message }: Shown): number => contextOf(message).album?.position ?? 0;

/** Later items of an album go up to the first one that came. */
export function withAlbumsTogether(rows: readonly Shown[]): readonly Shown[] {
  const albums = new Map<string, Shown[]>();
  for (const row of rows) {
    const id = albumOf(row);
    if (id !== null) albums.set(id, [...(albums.get(id) ?? []), row]);
  }
  if (albums.size === 0) return rows;
  const together: Shown[] = [];
  for (const row of rows) {
    const id = albumOf(row);
    if (id === null) together.push(row);
    else {
      // Of equal positions the first that came stays first.
      together.push(...[...(albums.get(id) ?? [])].sort((a, b) => positionOf(a) - positionOf(b)));
      albums.delete(id);
    }
  }
  return together;
}

export type Block = { type: "row"; row: Shown } | { type: "album"; key: string; rows: Shown[] };

/** Whether its only file can stand in a grid of pictures. One that was deleted or failed stands alone, with its words. */
function fitsGrid({ message, outgoing }: Shown): boolean {
  const [file, more] = filesOf(message);
  if (file === undefined || more !== undefined || message.deleted_at || outgoing !== null) return false;
  return message.status !== "failed" && (isPicture(file) || isVideo(file)) && message.kind !== "document";
}

/** The rows of a group: single ones, and those that are drawn as one album. */
export function blocksOf(rows: readonly Shown[]): Block[] {
  const blocks: Block[] = [];
  let open = "";
  for (const row of rows) {
    const id = fitsGrid(row) ? (albumOf(row) ?? "") : "";
    const last = blocks.at(-1);
    if (id === "") blocks.push({ type: "row", row });
    else if (id === open && last?.type === "album") last.rows.push(row);
    else blocks.push({ type: "album", key: id, rows: [row] });
    open = id;
  }
  return blocks.map((block) => {
    const [only, second] = block.type === "album" ? block.rows : [];
    return only !== undefined && second === undefined ? { type: "row", row: only } : block;
  });
}

/** One picture or video of a grid, and the message that it belongs to. */
export interface Tile {
  message: Message;
  file: Attachment;
}

/** How many columns a grid of so many tiles has: no tile is alone in its row where that can be avoided. */
export function columnsOf(count: number): number {
  if (count <= 1) return 1;
  return count === 2 || count === 4 ? 2 : 3;
}
