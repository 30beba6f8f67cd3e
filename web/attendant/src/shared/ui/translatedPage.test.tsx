import { render } from "@testing-library/react";
import { beforeAll, describe, expect, test } from "vitest";

import { tolerateTranslators } from "@/shared/ui/translatedPage";

beforeAll(tolerateTranslators);

const FONT: string = "font";

/** Puts `<font>` in the place of every text, as translators do: around it, or without it. */
function translate(root: Element, keep: boolean): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    const outer = document.createElement(FONT);
    outer.append(document.createElement(FONT));
    text.replaceWith(outer);
    if (keep) outer.firstElementChild?.append(text);
    else (outer.firstElementChild as Element).textContent = `(${text.data})`;
  }
}

function Line({ count, marked = true }: { count: number; marked?: boolean }) {
  return (
    <p>
      {count > 0 && `${count} novas `}
      {marked && <b>!</b>}
      {count > 1 ? "mensagens" : <i>mensagem</i>}
    </p>
  );
}

describe.each([
  ["around the texts", true],
  ["in the place of the texts", false],
])("a translator's elements %s", (_, keep) => {
  test("what is drawn over them does not crash", () => {
    const { container, rerender, unmount } = render(<Line count={2} />);
    translate(container, keep);
    rerender(<Line count={0} marked={false} />);
    rerender(<Line count={3} />);
    rerender(<Line count={1} marked={false} />);
    expect(container.querySelector("i")).toHaveTextContent("mensagem");
    unmount();
    expect(container).toBeEmptyDOMElement();
  });
});

test("a text that was wrapped goes with its wrapping", () => {
  const { container, rerender } = render(<Line count={2} />);
  translate(container, true);
  rerender(<Line count={0} marked={false} />);
  expect(container).toHaveTextContent(/^mensagem$/);
});
