import { expect, test } from "vitest";

import { oncePerValue } from "./Identities";

type Identity = Parameters<typeof oncePerValue>[0][number];

const identity = (fields: Partial<Identity>): Identity => ({
  kind: "phone",
  value: "+5511988880001",
  status: "verified",
  channel: null,
  ...fields,
});

test("a value of the record that a channel has proven is one line, as sure as it can be", () => {
  const given = identity({ status: "given" });
  const proven = identity({ channel: "whatsapp", account_id: "a1", account_name: "Loja" });
  const elsewhere = identity({ channel: "whatsapp", account_id: "a2", account_name: "Suporte" });
  expect(oncePerValue([given, proven, elsewhere])).toEqual([{ best: proven, accounts: ["Loja", "Suporte"] }]);
});

test("another value, or the same as an e-mail, is a line of its own", () => {
  const items = [identity({}), identity({ value: "+5511988880002" }), identity({ kind: "email", value: "a@b.test" })];
  expect(oncePerValue(items)).toHaveLength(3);
  expect(oncePerValue([...items, identity({ kind: "email", value: "A@B.test", status: "claimed" })])).toHaveLength(3);
});
