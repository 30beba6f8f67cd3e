import { act, renderHook } from "@testing-library/react";
import fc from "@/shared/testing/properties";
import { expect, test } from "vitest";

import { ApiProblem } from "@/shared/api/problem";

import { useDraft } from "./useDraft";

interface Stored {
  name: string;
  limit: number;
  version: number;
}

/** A server as all settings have it: it refuses what is saved over another version, and tells who changed what since. */
class Server {
  stored: Stored = { name: "Vendas", limit: 3, version: 1 };
  readonly log: { version: number; by: string; field: string }[] = [];

  change(by: string, change: Partial<Omit<Stored, "version">>): void {
    this.stored = { ...this.stored, ...change, version: this.stored.version + 1 };
    for (const field of Object.keys(change)) this.log.push({ version: this.stored.version, by, field });
  }

  /** Who changed which field since; null: saved. */
  save(over: number | null, values: Omit<Stored, "version">): { error: ApiProblem; told: string[] } | null {
    const { version } = this.stored;
    if (over !== version) {
      const since = this.log.filter((one) => one.version > (over ?? 0));
      const told = since.map(({ by, field }) => `${by}: ${field}`);
      return { error: new ApiProblem(409, "conflict", "", [], null, null, [], null, version), told };
    }
    this.stored = { ...values, version: version + 1 };
    return null;
  }
}

/** Somebody who edits: `reads` what the server has, types, and saves. */
function editor(server: Server) {
  const hook = renderHook(
    ({ version, name, limit }: Stored) => ({ ...useDraft({ name, limit }, { version }), version }),
    { initialProps: server.stored },
  );
  return {
    get draft() {
      return hook.result.current;
    },
    reads: () => hook.rerender(server.stored),
    types: (change: Partial<Omit<Stored, "version">>) => act(() => hook.result.current.set(change)),
    saves: (): string[] | null => {
      const { over, values, failed, reset } = hook.result.current;
      const refusal = server.save(over, values);
      act(() => (refusal === null ? reset() : failed(refusal.error)));
      return refusal && refusal.told;
    },
  };
}

test("the same field: the second one is told who changed it, keeps what was typed, and can save it then", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  server.change("Bia", { name: "Comércio" });
  ana.reads();
  expect(ana.saves()).toEqual(["Bia: name"]);
  expect(ana.draft.values.name).toBe("Loja");
  ana.reads();
  expect(ana.saves()).toBeNull();
  expect(server.stored).toMatchObject({ name: "Loja", version: 3 });
});

test("another field: what the other one changed is kept, and does not stand in the way", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  server.change("Bia", { limit: 9 });
  ana.reads();
  expect(ana.saves()).toBeNull();
  expect(server.stored).toMatchObject({ name: "Loja", limit: 9 });
});

test("a third change between the refusal and what is read after it is told of too, before it is replaced", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  server.change("Bia", { name: "Comércio" });
  expect(ana.saves()).toEqual(["Bia: name"]);
  server.change("Rui", { name: "Balcão" });
  ana.reads();
  expect(ana.saves()).toEqual(["Rui: name"]);
  ana.reads();
  expect(ana.saves()).toBeNull();
  expect(server.stored.name).toBe("Loja");
});

test("who saves again before the page has read what is there now is refused again, and replaces nothing", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  server.change("Bia", { limit: 9 });
  expect(ana.saves()).toEqual(["Bia: limit"]);
  expect(ana.saves()).toEqual(["Bia: limit"]);
  ana.reads();
  expect(ana.saves()).toBeNull();
  expect(server.stored).toMatchObject({ name: "Loja", limit: 9 });
});

test("what was typed and taken back is no change, whatever others do then", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  ana.types({ name: "Vendas" });
  server.change("Bia", { name: "Comércio" });
  ana.reads();
  expect(ana.draft).toMatchObject({ unsaved: false, values: { name: "Comércio" } });
});

test("a refusal for another reason is no news of anybody's change", () => {
  const server = new Server();
  const ana = editor(server);
  ana.types({ name: "Loja" });
  act(() => ana.draft.failed(new ApiProblem(422, "invalid", "")));
  server.change("Bia", { name: "Comércio" });
  ana.reads();
  expect(ana.saves()).toEqual(["Bia: name"]);
});

test("in whatever order people save and the page reads, nobody's change is replaced before one was told of it", () => {
  const fields = ["name", "limit"] as const;
  // Mostly the same field: people who meet nowhere are no trouble.
  const field = fc.constantFrom<(typeof fields)[number]>("name", "name", "name", "limit");
  const step = fc.oneof(
    fc.constant({ does: "read" } as const),
    fc.constant({ does: "save" } as const),
    fc.record({ does: fc.constant("type" as const), field, value: fc.integer({ max: 9 }) }),
    fc.record({ does: fc.constant("other" as const), field, value: fc.integer({ min: 10 }) }),
  );
  const valueOf = (field: (typeof fields)[number], value: number) =>
    field === "name" ? { name: String(value) } : { limit: value };
  fc.assert(
    fc.property(fc.array(step, { minLength: 6, maxLength: 16 }), (steps) => {
      const server = new Server();
      const ana = editor(server);
      // The last version of each field that Ana has seen, or was told of.
      const known = { name: 1, limit: 1 };
      const learns = (version: number) => fields.forEach((field) => (known[field] = version));
      for (const one of steps) {
        if (one.does === "read") {
          ana.reads();
          const { unsaved, values } = ana.draft;
          const shown = fields.filter((field) => !unsaved || values[field] === server.stored[field]);
          shown.forEach((field) => (known[field] = server.stored.version));
        } else if (one.does === "type") ana.types(valueOf(one.field, one.value));
        else if (one.does === "other") server.change("Bia", valueOf(one.field, one.value));
        else if (ana.draft.unsaved) {
          const before = server.stored;
          const told = ana.saves();
          if (told !== null) {
            expect(told).not.toEqual([]);
            learns(before.version);
          } else {
            const replaced = fields.filter((field) => server.stored[field] !== before[field]);
            for (const field of replaced) {
              const last = server.log.findLast((change) => change.field === field)?.version ?? 1;
              expect(known[field]).toBeGreaterThanOrEqual(last);
            }
            learns(server.stored.version);
            ana.reads();
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});
