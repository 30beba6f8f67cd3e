// Formats chat markup (*bold*, _italic_, ~struck~, ```code```) and links as elements.

import { h } from "./dom.js";

const PATTERN = /```([\s\S]+?)```|(?<![\p{L}\d])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\d])|(?<![\p{L}\d])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\d])|(?<![\p{L}\d])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\d])|(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])/gu;

export function formatted(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(PATTERN)) {
    parts.push(text.slice(at, found.index));
    const [, code, bold, italic, struck, link] = found;
    if (code !== undefined) parts.push(h("code", {}, code));
    else if (bold !== undefined) parts.push(h("strong", {}, bold));
    else if (italic !== undefined) parts.push(h("em", {}, italic));
    else if (struck !== undefined) parts.push(h("s", {}, struck));
    else parts.push(h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, link));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}
