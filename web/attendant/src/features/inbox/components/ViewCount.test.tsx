import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { VIEWS } from "@/shared/conversations/filter";
import { renderPart } from "@/shared/testing/part";

import { ViewCount } from "./ViewCount";

const mine = { total: 11, unread: 3 };
const none = { total: 4, unread: 0 };
const queue = { total: 9, unread: 5 };

async function show(counts: object) {
  const answers = {
    "GET /api/v1/conversations/counts": { mine, queue, favourites: mine, closed: none, limit: 1000, ...counts },
  };
  const content = VIEWS.map((view) => <ViewCount key={view} view={view} />);
  await renderPart(<>{content}</>, { answers, texts: ["inbox"] });
  await screen.findAllByRole("img");
  return screen.getAllByRole("img").map((number) => [number.textContent, number.title]);
}

test("all of them never count less than the queue, and each number says what it counts", async () => {
  expect(await show({ all: { total: 20, unread: 8 } })).toEqual([
    ["3", "3 não lidas de 11"],
    ["9", "9 conversas na fila"],
    ["12", "12 na fila ou não lidas, 20 abertas no total"],
    ["3", "3 não lidas de 11"],
  ]);
});

test("where nobody counts on, the number says that there are more", async () => {
  const many = { total: 1000, unread: 1000 };
  expect((await show({ all: many, queue: many })).map(([number]) => number)).toEqual(["3", "999+", "999+", "3"]);
});
