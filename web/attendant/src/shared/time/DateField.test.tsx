/** Days and times are written in the language of the person, not of the browser. */
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";

import { preferences } from "@/shared/storage/preferences";
import { renderPart } from "@/shared/testing/part";

import { DateField, DateTimeField, TimeField } from "./DateField";

interface Props {
  kind: "day" | "time" | "both";
  first?: string;
  heard: (value: string) => void;
}

function Kept({ kind, first = "", heard }: Props) {
  const [value, setValue] = useState(first);
  const shared = {
    label: "Quando",
    value,
    onChange: (to: string) => {
      heard(to);
      setValue(to);
    },
  };
  if (kind === "time") return <TimeField {...shared} />;
  return kind === "both" ? <DateTimeField {...shared} /> : <DateField {...shared} min="2026-11-20" />;
}

async function show(kind: Props["kind"], first?: string) {
  preferences.set({ language: "pt-BR" });
  const heard = vi.fn();
  await renderPart(<Kept kind={kind} heard={heard} {...(first !== undefined && { first })} />, { texts: [] });
  return heard;
}

test("a day is shown and typed with the day before the month in Portuguese", async () => {
  const heard = await show("day", "2026-12-03");
  const field = screen.getByRole("textbox", { name: "Quando" });
  expect(field).toHaveValue("03/12/2026");
  await userEvent.clear(field);
  await userEvent.type(field, "04/12/2026");
  expect(heard.mock.calls.map(([value]) => value as string)).toEqual(["", "2026-12-04"]);
  await userEvent.clear(field);
  await userEvent.type(field, "5122026{ArrowUp}");
  await userEvent.clear(field);
  await userEvent.type(field, "05122026");
  await userEvent.tab();
  expect(field).toHaveValue("05/12/2026");
});

test("a day that there is not stays as it was typed, is said, and is no value", async () => {
  const heard = await show("day", "2026-12-03");
  const field = screen.getByRole("textbox", { name: "Quando" });
  await userEvent.clear(field);
  await userEvent.type(field, "31/11/2026");
  await userEvent.tab();
  expect(field).toHaveValue("31/11/2026");
  expect(field).toBeInvalid();
  expect(screen.getByText(/Esta data não existe. Escreva como 22\/11\/2026/)).toBeVisible();
  expect(heard).toHaveBeenLastCalledWith("");
});

test("a day before the first one that may be is said, and the form is not sent", async () => {
  await show("day", "2026-11-19");
  const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Quando" });
  expect(screen.getByText("Escolha uma data a partir de 20/11/2026.")).toBeVisible();
  expect(field.validity.customError).toBe(true);
});

test("arrows move a day and a time", async () => {
  const heard = await show("day", "2026-11-30");
  await userEvent.type(screen.getByRole("textbox", { name: "Quando" }), "{ArrowUp}");
  expect(heard).toHaveBeenLastCalledWith("2026-12-01");
});

test("a time is read as people write it, in 24 hours", async () => {
  const heard = await show("time", "09:00");
  const field = screen.getByRole("textbox", { name: "Quando" });
  await userEvent.clear(field);
  await userEvent.type(field, "21h30");
  await userEvent.tab();
  expect(heard).toHaveBeenLastCalledWith("21:30");
  expect(field).toHaveValue("21:30");
  await userEvent.clear(field);
  await userEvent.type(field, "25:00");
  await userEvent.tab();
  expect(screen.getByText("Esta hora não existe. Escreva como 14:05.")).toBeVisible();
});

test("a day with a time is a value once both are there", async () => {
  const heard = await show("both");
  await userEvent.type(screen.getByRole("textbox", { name: "Quando: dia" }), "22/11/2026");
  expect(heard).toHaveBeenLastCalledWith("");
  await userEvent.type(screen.getByRole("textbox", { name: "Quando: hora" }), "14:05");
  expect(heard).toHaveBeenLastCalledWith("2026-11-22T14:05");
});
