/** In which order the palette offers actions. */
import { expect, test } from "vitest";

import type { Command } from "@/shared/keyboard/registry";

import { commandEntries } from "./entries";

const command = (label: string, scope: Command["scope"], changes: Partial<Command> = {}): Command => ({
  keys: [],
  label,
  scope,
  run: () => undefined,
  ...changes,
});

test("what is done with the open conversation stands before the ways to elsewhere", () => {
  const entries = commandEntries([
    command("Ir para a fila", "global"),
    command("Assumir", "conversation"),
    command("Ir para canais", "global"),
    command("Encerrar", "conversation"),
  ]);
  expect(entries.map(({ label }) => label)).toEqual(["Assumir", "Encerrar", "Ir para a fila", "Ir para canais"]);
});

test("a label stands once, with the key of the last one, and what needs its key does not", () => {
  const entries = commandEntries([
    command("Encerrar", "conversation", { keys: ["x"] }),
    command("Próxima conversa", "list", { keys: ["j"], notInPalette: true }),
    command("Encerrar", "conversation", { keys: ["e"] }),
  ]);
  expect(entries).toMatchObject([{ label: "Encerrar", keys: "e" }]);
});
