import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderPart } from "@/shared/testing/part";

import { WebhookNotice } from "./WebhookNotice";

const STOPPED = {
  id: "w",
  url: "https://erp.example.com/v1",
  description: "ERP",
  state: "disabled",
  state_since: "2026-11-28T12:00:00Z",
  disabled_reason: "gone",
  failing: null,
};

test("on any page a webhook that was disabled is told of until it is put away", async () => {
  await renderPart(<WebhookNotice />, {
    texts: ["deliveries"],
    answers: { "GET /api/v1/webhooks": { items: [STOPPED, { ...STOPPED, id: "b", state: "enabled" }] } },
  });
  expect(await screen.findByText("O webhook ERP foi desativado.", {}, { timeout: 5000 })).toBeVisible();
  fireEvent.click(screen.getByRole("button", { name: "Fechar este aviso" }));
  await waitFor(() => expect(screen.queryByText("O webhook ERP foi desativado.")).toBeNull());
});
