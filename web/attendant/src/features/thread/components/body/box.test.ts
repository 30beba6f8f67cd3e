import { describe, expect, it } from "vitest";

import type { Attachment } from "@/shared/api/types";

import { boxOf } from "./box";

function picture(width: number | null, height: number | null): Attachment {
  return {
    id: "a",
    name: "foto.jpg",
    mime_type: "image/jpeg",
    size: 1,
    url: "/api/v1/attachments/a/content",
    state: "ready",
    thumbnail_url: null,
    error: null,
    width,
    height,
  };
}

describe("the place that a picture takes", () => {
  it.each([
    ["wide", 4000, 3000, 320, "320 / 240"],
    ["tall", 3000, 4000, 240, "240 / 320"],
    ["as it is, when it fits", 200, 150, 200, "200 / 150"],
    ["not below what can be hit, when small", 10, 10, 120, "120 / 120"],
    ["not a line, when very wide", 8000, 100, 320, "320 / 120"],
    ["not a line, when very tall", 100, 8000, 120, "120 / 320"],
  ])("is %s", (_, width, height, shown, aspectRatio) => {
    expect(boxOf(picture(width, height))).toEqual({ width: shown, aspectRatio });
  });

  it("is four to three when the size is not known", () => {
    expect(boxOf(picture(null, null))).toEqual({ width: 320, aspectRatio: "4 / 3" });
  });
});
