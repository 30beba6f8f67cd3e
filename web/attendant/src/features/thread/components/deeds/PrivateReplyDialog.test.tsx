import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Conversation } from "@/shared/api/types";
import { expectAccessible, Refusal, renderPart, type Answers } from "@/shared/testing/part";

import { message } from "../../testing";
import { PrivateReplyDialog } from "./PrivateReplyDialog";

const conversation = {
  id: "k",
  channel: { kind: "facebook", account_id: "f", name: "Comentários" },
  contact: { id: "c", name: "Paulo Reis" },
  thread: { kind: "post", public: true, private_channel: { kind: "messenger", account_id: "a", name: "Loja" } },
} as unknown as Conversation;
const CAN = {
  kind: "facebook",
  private_replies: { within_seconds: 7 * 86_400, text: { max_length: 10, unit: "characters" } },
};

async function show(id: string, answer: Answers[string]) {
  const close = vi.fn();
  const comment = message({ id, text: "Qual o preço?", author: { type: "contact", id: "c", name: "Paulo Reis" } });
  const part = await renderPart(<PrivateReplyDialog message={comment} conversation={conversation} close={close} />, {
    answers: {
      "GET /api/v1/channels/capabilities": { items: [CAN], notes: {} },
      [`POST /api/v1/messages/${id}/private-reply`]: answer,
    },
    texts: ["thread"],
  });
  const dialog = await screen.findByRole("dialog", { name: "Responder Paulo Reis em privado" });
  await waitFor(() => expect(dialog).toHaveTextContent(/Loja/));
  return { ...part, close, dialog, field: screen.getByRole("textbox", { name: "Mensagem privada" }) };
}

const send = () => screen.getByRole("button", { name: "Enviar em privado" });

test("it says to whom, where and that there is one try, and sends the text once", async () => {
  const { asked, close, dialog, field } = await show(
    "once",
    message({ id: "answer", conversation_id: "private", direction: "outbound" }),
  );
  expect(dialog).toHaveTextContent("“Qual o preço?”");
  expect(dialog).toHaveTextContent("Só uma vez por comentário");
  await expectAccessible(dialog);
  expect(send()).toBeDisabled();
  await userEvent.type(field, "R$ 180");
  await userEvent.click(send());
  await waitFor(() => expect(close).toHaveBeenCalledOnce());
  const sent = asked.filter(({ method }) => method === "POST");
  expect(sent.map(({ body }) => body)).toEqual([expect.objectContaining({ text: "R$ 180" })]);
});

test("a text that the channel does not take cannot be sent", async () => {
  const { field } = await show("long", message({ id: "answer", conversation_id: "private", direction: "outbound" }));
  await userEvent.type(field, "12345678901");
  expect(await screen.findByText("Longo demais para este canal")).toBeVisible();
  expect(send()).toBeDisabled();
});

test("what was refused says why and is still there, also when the dialog is opened again", async () => {
  const refusal = new Refusal(409, { code: "already_replied_privately", title: "x", status: 409 });
  const { field, close, unmount } = await show("refused", refusal);
  await userEvent.type(field, "R$ 180");
  await userEvent.click(send());
  expect(await screen.findByRole("alert")).toHaveTextContent("A resposta em privado não foi enviada");
  expect(close).not.toHaveBeenCalled();
  unmount();
  const again = await show("refused", refusal);
  expect(again.field).toHaveValue("R$ 180");
});

test("where the private conversation is somebody else's, it says what can be done", async () => {
  const { field } = await show("taken", new Refusal(409, { code: "conversation_taken", title: "x", status: 409 }));
  await userEvent.type(field, "R$ 180");
  await userEvent.click(send());
  expect(await screen.findByRole("alert")).toHaveTextContent("A conversa privada com este cliente é de outra pessoa.");
});
