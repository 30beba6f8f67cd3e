import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import type { Attachment, Conversation, Template } from "@/shared/api/types";
import { expectAccessible, Refusal, renderPart, type Answers, type Asked } from "@/shared/testing/part";

import { CAPABILITIES, NOTES } from "../model/fixtures.testing";
import { Composer } from "./Composer";

interface FakeUpload {
  file: File;
  progress: (fraction: number) => void;
  finish: () => void;
}

const uploads: FakeUpload[] = [];
vi.mock("@/shared/api/upload", () => ({
  upload: (file: File, id: string, progress: (fraction: number) => void) => {
    let finish = () => undefined as unknown;
    let abort = () => undefined as unknown;
    const done = new Promise<Attachment>((resolve, reject) => {
      finish = () => resolve({ id, name: file.name, mime_type: file.type, size: file.size, url: "", state: "ready" });
      abort = () => reject(new DOMException("cancelled", "AbortError"));
    });
    uploads.push({ file, progress, finish: () => void finish() });
    return { done, abort: () => void abort() };
  },
}));

URL.createObjectURL = () => "blob:x";
URL.revokeObjectURL = () => undefined;
CSS.supports = () => true;

beforeEach(() => {
  uploads.length = 0;
});

let count = 0;
/** Every test has conversations of its own: drafts are kept. */
const newId = () => `k${(count += 1)}`;

const conversationOf = (id: string, changes: Partial<Conversation> = {}): Conversation => ({
  id,
  number: 42,
  status: "open",
  channel: { kind: "whatsapp", account_id: "a1", name: "Recepção" },
  contact: { id: "c1", name: "Maria Souza", labels: [] },
  assignee: { id: "me", name: "Ana Admin" },
  priority: "normal",
  favourite: false,
  draft: false,
  scheduled_count: 0,
  mentioned: false,
  unread_count: 0,
  tag_ids: [],
  opened_at: "2026-11-22T12:00:00Z",
  last_activity_at: "2026-11-22T12:00:00Z",
  reply_window_expires_at: new Date(Date.now() + 20 * 3_600_000).toISOString(),
  placement: 0,
  sequence: 1,
  ...changes,
});

const answersFor = (id: string, changes: Partial<Conversation> = {}): Answers => ({
  [`GET /api/v1/conversations/${id}`]: conversationOf(id, changes),
  [`GET /api/v1/conversations/${id}/messages`]: { items: [], next_cursor: null, has_newer: false },
  [`POST /api/v1/conversations/${id}/messages`]: ({ body }: Asked) => sentMessage(id, body as Record<string, unknown>),
  "GET /api/v1/channels/capabilities": { items: [CAPABILITIES], notes: NOTES },
});

function sentMessage(id: string, body: Record<string, unknown>) {
  const now = new Date().toISOString();
  return {
    ...{ id: `m-${String(body["client_id"])}`, conversation_id: id, sequence: 5, version: 5, kind: "text" },
    ...{ content: {}, attachments: [], reactions: [], author: { type: "attendant", id: "me", name: "Ana Admin" } },
    ...{ occurred_at: now, created_at: now, status: "pending", reply_to: null },
    ...body,
  };
}

async function show(changes: Partial<Conversation> = {}, more: Answers = {}) {
  const id = newId();
  const part = await renderPart(<Composer conversationId={id} />, {
    answers: { ...answersFor(id, changes), ...more },
    texts: ["composer"],
  });
  const sent = () => part.asked.filter(({ method, path }) => method === "POST" && path.endsWith("/messages"));
  await screen.findByRole("region", { name: "Escrever mensagem" });
  await waitFor(() => expect(part.asked.some(({ path }) => path === "/api/v1/channels/capabilities")).toBe(true));
  return { ...part, id, sent };
}

const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: /Resposta ao cliente|Nota interna/ });
const bodyOf = (asked: Asked | undefined) => asked?.body as Record<string, unknown>;

async function write(text: string) {
  fireEvent.change(field(), { target: { value: text } });
  await waitFor(() => expect(sendButton()).not.toHaveAttribute("aria-disabled"));
}

const sendButton = () => screen.getByRole("button", { name: /^(Enviar|Salvar nota)/ });

test("a click on the row of the conversation that is open leads into the field again; a filter of the list does not", async () => {
  const { router } = await show();
  field().blur();
  fireEvent.pointerDown(document.body);
  await act(() => router.navigate("/?unread=true"));
  expect(field()).not.toHaveFocus();
  await act(() => router.navigate("/?unread=true"));
  expect(field()).toHaveFocus();
});

test("Enter sends once, however often it is pressed, and the field is empty after it", async () => {
  const { sent } = await show();
  await write("bom dia");
  fireEvent.keyDown(field(), { key: "Enter" });
  fireEvent.keyDown(field(), { key: "Enter" });
  fireEvent.keyDown(field(), { key: "Enter", repeat: true });
  await waitFor(() => expect(field()).toHaveValue(""));
  await waitFor(() => expect(sent()).toHaveLength(1));
  expect(bodyOf(sent()[0])).toMatchObject({ direction: "outbound", text: "bom dia" });
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(sent()).toHaveLength(1);
});

test("whoever takes a conversation has the cursor in the field", async () => {
  await show({ assignee: null, status: "queued" });
  await userEvent.click(screen.getByRole("button", { name: "Assumir" }));
  await waitFor(() => expect(field()).toHaveFocus());
});

test("Shift and Enter break the line", async () => {
  const { sent } = await show();
  await write("bom dia");
  fireEvent.keyDown(field(), { key: "Enter", shiftKey: true });
  expect(field()).toHaveValue("bom dia");
  expect(sent()).toHaveLength(0);
});

test("Enter that ends a composition sends nothing, in any browser", async () => {
  const { sent } = await show();
  await write("ação");
  fireEvent.keyDown(field(), { key: "Enter", isComposing: true });
  // Safari: the composition has ended already when the key comes.
  fireEvent.compositionEnd(field());
  fireEvent.keyDown(field(), { key: "Enter", keyCode: 229 });
  expect(field()).toHaveValue("ação");
  expect(sent()).toHaveLength(0);
});

test("what is typed while a message is stored stays", async () => {
  const { sent } = await show();
  await write("primeira");
  fireEvent.keyDown(field(), { key: "Enter" });
  fireEvent.change(field(), { target: { value: "primeira segunda" } });
  await waitFor(() => expect(field()).toHaveValue(" segunda"));
  await waitFor(() => expect(bodyOf(sent()[0])["text"]).toBe("primeira"));
});

test("a note has a field of its own and goes out as a note", async () => {
  const { sent } = await show();
  await write("para o cliente");
  await userEvent.click(screen.getByRole("radio", { name: "Nota" }));
  expect(field()).toHaveValue("");
  expect(field()).toHaveAccessibleName("Nota interna");
  await write("para colegas");
  fireEvent.keyDown(field(), { key: "Enter" });
  await waitFor(() => expect(sent()).toHaveLength(1));
  expect(bodyOf(sent()[0])).toMatchObject({ direction: "note", text: "para colegas" });
  await userEvent.click(screen.getByRole("radio", { name: "Responder" }));
  expect(field()).toHaveValue("para o cliente");
});

/** Two conversations, one open at a time. */
function Switch({ ids }: { ids: [string, string] }) {
  const [at, setAt] = useState(0);
  return (
    <>
      <button onClick={() => setAt(1 - at)}>switch</button>
      <Composer key={at} conversationId={ids[at] ?? ""} />
    </>
  );
}

async function showTwo() {
  const ids: [string, string] = [newId(), newId()];
  await renderPart(<Switch ids={ids} />, {
    answers: { ...answersFor(ids[0]), ...answersFor(ids[1]) },
    texts: ["composer"],
  });
  await screen.findByRole("textbox");
  return async () => {
    fireEvent.click(screen.getByRole("button", { name: "switch" }));
    await screen.findByRole("textbox");
  };
}

test("each conversation keeps its own draft, however fast one switches", async () => {
  const change = await showTwo();
  fireEvent.change(field(), { target: { value: "para Maria" } });
  await change();
  expect(field()).toHaveValue("");
  fireEvent.change(field(), { target: { value: "para João" } });
  await change();
  expect(field()).toHaveValue("para Maria");
  await change();
  expect(field()).toHaveValue("para João");
});

test("a text over the limit is said and not sent", async () => {
  const { sent } = await show();
  fireEvent.change(field(), { target: { value: "a".repeat(4097) } });
  await screen.findByText(/^1 caractere a mais: o limite é 4.096/);
  expect(sendButton()).toHaveAttribute("aria-disabled", "true");
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(sent()).toHaveLength(0);
});

test("100,000 characters are taken as they are", async () => {
  await show();
  const text = "linha de texto\n".repeat(6667);
  fireEvent.change(field(), { target: { value: text } });
  expect(field().value).toHaveLength(text.length);
  await screen.findByText(/caracteres a mais/);
});

test("a refused text comes back with the reason in words", async () => {
  const id = newId();
  const refusal = new Refusal(422, { code: "kind_not_supported", title: "no", errors: [] });
  await renderPart(<Composer conversationId={id} />, {
    answers: { ...answersFor(id), [`POST /api/v1/conversations/${id}/messages`]: refusal },
    texts: ["composer"],
  });
  await screen.findByRole("textbox");
  await write("bom dia");
  fireEvent.keyDown(field(), { key: "Enter" });
  await screen.findByText("Não foi enviada: este canal não envia este tipo de mensagem.");
  expect(field()).toHaveValue("bom dia");
});

const paste = (files: File[], texts: Record<string, string> = {}) =>
  fireEvent.paste(field(), {
    clipboardData: { files, types: Object.keys(texts), getData: (type: string) => texts[type] ?? "" },
  });

test("a pasted picture becomes a file, an office program's paste does not", async () => {
  await show();
  const picture = new File(["x"], "image.png", { type: "image/png" });
  expect(paste([picture], { "text/plain": "A1\tB1", "text/html": "<table></table>" })).toBe(true);
  expect(uploads).toHaveLength(0);
  expect(paste([picture])).toBe(false);
  expect(uploads).toHaveLength(1);
});

test("files upload in their order, one can be cancelled, and each goes out as its own message", async () => {
  const { sent } = await show();
  const files = ["a", "b", "c"].map((name) => new File(["x"], `${name}.png`, { type: "image/png" }));
  paste(files);
  await waitFor(() => expect(uploads).toHaveLength(1));
  expect(sendButton()).toHaveAttribute("title", "Há arquivos que ainda não subiram");
  await userEvent.click(screen.getByRole("button", { name: "Cancelar b.png" }));
  act(() => uploads[0]?.finish());
  await waitFor(() => expect(uploads.map(({ file }) => file.name)).toEqual(["a.png", "c.png"]));
  act(() => uploads[1]?.finish());
  await screen.findByRole("button", { name: "Remover c.png" });
  await write("fotos");
  fireEvent.keyDown(field(), { key: "Enter" });
  await waitFor(() => expect(sent()).toHaveLength(2));
  expect(sent().map((one) => bodyOf(one)["text"])).toEqual(["fotos", undefined]);
  expect(screen.queryByRole("list", { name: "Arquivos da mensagem" })).not.toBeInTheDocument();
});

test("an upload goes on while another conversation is open", async () => {
  const change = await showTwo();
  paste([new File(["x"], "laudo.pdf", { type: "application/pdf" })]);
  await waitFor(() => expect(uploads).toHaveLength(1));
  await change();
  expect(screen.queryByText(/laudo/)).not.toBeInTheDocument();
  act(() => uploads[0]?.finish());
  await change();
  await screen.findByRole("button", { name: "Remover laudo.pdf" });
});

test("what the channel does not take stands with the reason, and cannot be sent", async () => {
  await show();
  await write("segue");
  paste(["tudo.zip", "mais.zip"].map((name) => new File(["x"], name, { type: "application/zip" })));
  expect(await screen.findAllByText("Este canal não aceita este tipo de arquivo")).toHaveLength(2);
  expect(sendButton()).toHaveAttribute("title", "Há um arquivo que não pode ir");
  expect(uploads).toHaveLength(0);
  expect(screen.getByText("2 arquivos não podem ir")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Remover os 2" }));
  expect(screen.queryByText("tudo.zip")).not.toBeInTheDocument();
  expect(sendButton()).not.toHaveAttribute("aria-disabled");
});

test("a photo that is too large for the channel is made smaller", async () => {
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ width: 4000, height: 3000, close: () => undefined }));
  const pen = { fillRect: () => undefined, drawImage: () => undefined };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(pen as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation(function (this: HTMLCanvasElement, done) {
    done(new Blob([new Uint8Array(this.width > 2000 ? 5_500_000 : 900_000)]));
  });
  await show();
  paste([
    new File([new Uint8Array(9_000_000)], "IMG 1.png", { type: "image/png" }),
    new File(["x"], "b.png", { type: "image/png" }),
  ]);
  await waitFor(() => expect(uploads).toHaveLength(1));
  expect(uploads[0]?.file).toMatchObject({ name: "IMG 1.jpg", type: "image/jpeg", size: 900_000 });
  act(() => uploads[0]?.finish());
  await waitFor(() => expect(uploads[1]?.file.name).toBe("b.png"));
});

test("files dropped on the conversation are attached, those dropped beside it do nothing", async () => {
  await show();
  const files = [new File(["x"], "a.png", { type: "image/png" })];
  const drop = (target: Element) => fireEvent.drop(target, { dataTransfer: { files, types: ["Files"] } });
  expect(drop(document.body)).toBe(false);
  expect(uploads).toHaveLength(0);
  expect(drop(field())).toBe(false);
  await waitFor(() => expect(uploads).toHaveLength(1));
});

test("once the window is closed templates stand instead of the field, and notes stay possible", async () => {
  await show({ reply_window_expires_at: "2020-01-01T00:00:00Z" });
  await screen.findByText("A janela de 24 h fechou: envie um modelo");
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("radio", { name: "Nota" }));
  expect(field()).toHaveAccessibleName("Nota interna");
});

test("a closed conversation offers to reopen it", async () => {
  const { id, asked } = await show({ status: "closed" });
  await userEvent.click(screen.getByRole("button", { name: "Reabrir" }));
  await waitFor(() => expect(asked.some(({ path }) => path === `/api/v1/conversations/${id}/reopen`)).toBe(true));
});

test("nobody's conversation and a colleague's can be taken", async () => {
  await show({ assignee: null, status: "queued" });
  expect(screen.getByText(/Esta conversa não é de ninguém/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Assumir" })).toBeInTheDocument();
});

const template: Template = {
  name: "lembrete",
  language: "pt_BR",
  category: "UTILITY",
  status: "approved",
  components: [],
  parameters: { header: 0, body: 2, buttons: 0 },
  layout: { body: "Olá {{1}}, sua consulta é {{2}}.", buttons: [] },
};
const rejected: Template = { ...template, name: "recusado", status: "rejected", reason: "INVALID_FORMAT" };
const templates = { "GET /api/v1/channels/a1/templates": { items: [rejected, template], next_cursor: null } };

test("a template is chosen, filled in and sent by the keyboard, with its preview", async () => {
  const { sent } = await show({}, templates);
  await userEvent.click(await screen.findByRole("button", { name: "Modelos" }));
  const dialog = await screen.findByRole("dialog", { name: "Modelos" });
  const choice = await within(dialog).findByRole("button", { name: /lembrete/ });
  const other = within(dialog).getByRole("button", { name: /recusado/ });
  expect(other).toHaveAttribute("aria-disabled", "true");
  expect(other).toHaveTextContent("O provedor recusou este modelo. Motivo: INVALID_FORMAT");
  await expectAccessible(dialog);
  choice.focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.type(await screen.findByLabelText("Campo 1 do texto"), "Ana");
  await userEvent.click(screen.getByRole("button", { name: "Enviar modelo" }));
  expect(await screen.findByText("Preencha este campo")).toBeInTheDocument();
  expect(screen.getByLabelText("Campo 2 do texto")).toHaveFocus();
  await userEvent.type(screen.getByLabelText("Campo 2 do texto"), "amanhã{Enter}");
  await waitFor(() => expect(sent()).toHaveLength(1));
  expect(bodyOf(sent()[0])).toMatchObject({
    kind: "template",
    template: { name: "lembrete", language: "pt_BR", parameters: { header: [], body: ["Ana", "amanhã"], buttons: [] } },
  });
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});

test("a refused value stands beside its field, and what was filled in stays", async () => {
  const id = newId();
  const errors = [{ field: "template.parameters.body[1]", message: "no" }];
  await renderPart(<Composer conversationId={id} />, {
    answers: {
      ...answersFor(id),
      ...templates,
      [`POST /api/v1/conversations/${id}/messages`]: new Refusal(422, {
        code: "wrong_parameters",
        title: "no",
        errors,
      }),
    },
    texts: ["composer"],
  });
  await userEvent.click(await screen.findByRole("button", { name: "Modelos" }));
  await userEvent.click(await screen.findByRole("button", { name: /lembrete/ }));
  await userEvent.type(await screen.findByLabelText("Campo 1 do texto"), "Ana");
  await userEvent.type(screen.getByLabelText("Campo 2 do texto"), "amanhã{Enter}");
  await screen.findByText("O provedor não aceita este valor aqui");
  expect(screen.getByLabelText("Campo 2 do texto")).toHaveValue("amanhã");
  expect(screen.getByLabelText("Campo 2 do texto")).toHaveAttribute("aria-invalid", "true");
});

test("axe finds nothing, in a reply and in a note", async () => {
  const { container } = await show();
  await write("bom dia");
  await expectAccessible(container);
  await userEvent.click(screen.getByRole("radio", { name: "Nota" }));
  await expectAccessible(container);
});

const chooseWay = async (name: RegExp) => {
  await userEvent.click(screen.getByRole("button", { name: "Mais formas de enviar" }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
};

test("a conversation is closed once the server has the answer", async () => {
  const { asked, id } = await show();
  await write("até logo");
  await chooseWay(/^Enviar e encerrar/);
  const close = `/api/v1/conversations/${id}/close`;
  await waitFor(() => expect(asked.some(({ path }) => path === close)).toBe(true));
  const posts = asked.filter(({ method }) => method === "POST").map(({ path }) => path);
  expect(posts.slice(0, 2)).toEqual([`/api/v1/conversations/${id}/messages`, close]);
});

test("an answer that was refused closes and snoozes nothing", async () => {
  const id = newId();
  const refusal = new Refusal(422, { code: "window_closed", detail: "closed" });
  const { asked } = await renderPart(<Composer conversationId={id} />, {
    answers: { ...answersFor(id), [`POST /api/v1/conversations/${id}/messages`]: refusal },
    texts: ["composer", "desk"],
  });
  await screen.findByRole("region", { name: "Escrever mensagem" });
  await write("até logo");
  await chooseWay(/^Enviar e adiar/);
  await userEvent.click(await screen.findByRole("menuitem", { name: /^Até o cliente escrever/ }));
  await screen.findByText(/^Não foi enviada: /);
  expect(field()).toHaveValue("até logo");
  expect(asked.filter(({ path }) => /\/(close|snooze)$/.test(path))).toEqual([]);
});
