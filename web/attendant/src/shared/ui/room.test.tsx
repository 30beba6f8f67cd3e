import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { useDock, useRoom } from "./room";

function Pane() {
  return <p>{useRoom(75) ? "beside" : "folded"}</p>;
}

function Dock({ width }: { width: number }) {
  useDock(width);
  return null;
}

/** A window of 1440 px, with text of 16 px. */
function windowOf1440(media: string): boolean {
  const [, em, px = "0"] = /min-width: (?:calc\()?([\d.]+)em(?: \+ (\d+)px)?/.exec(media) ?? [];
  return Number(em) * 16 + Number(px) <= 1440;
}

test("what is docked takes its width from the panes, and gives it back", () => {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) =>
      ({
        matches: windowOf1440(media),
        media,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as never,
  );
  const show = (width: number) => (
    <>
      <Pane />
      <Dock width={width} />
    </>
  );
  const { rerender } = render(show(0));
  expect(screen.getByText("beside")).toBeVisible();
  rerender(show(400));
  expect(screen.getByText("folded")).toBeVisible();
  rerender(<Pane />);
  expect(screen.getByText("beside")).toBeVisible();
});
