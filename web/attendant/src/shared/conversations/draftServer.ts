/** The attendant's drafts at the server, as `DraftSync` asks for them. */
import { api, unwrap } from "@/shared/api/client";
import { everyPage } from "@/shared/api/everyPage";
import type { components } from "@/shared/api/schema";
import type { Page } from "@/shared/api/types";
import type { Draft, DraftFile, DraftMode, DraftPlace } from "@/shared/conversations/drafts";
import type { ServerDraft } from "@/shared/conversations/draftSync";

type DraftView = components["schemas"]["DraftView"];
type Direction = DraftView["direction"];

const PATH = "/api/v1/conversations/{conversation_id}/draft";

export const modeOf = (direction: Direction): DraftMode => (direction === "note" ? "note" : "reply");

const directionOf = ({ mode }: DraftPlace): Direction => (mode === "note" ? "note" : "outbound");
const pathOf = ({ conversationId }: DraftPlace) => ({ conversation_id: conversationId });
const overVersion = (version: number) => ({ "If-Match": `"${version}"` });

export async function listDrafts(): Promise<ServerDraft[]> {
  const found = await everyPage((query) => unwrap<Page<DraftView>>(api.GET("/api/v1/drafts", { params: { query } })));
  return found.map(serverDraft);
}

export async function getDraft(place: DraftPlace): Promise<ServerDraft> {
  const params = { path: pathOf(place), query: { direction: directionOf(place) } };
  return serverDraft(await unwrap<DraftView>(api.GET(PATH, { params })));
}

export async function putDraft(place: DraftPlace, draft: Draft, version: number): Promise<number> {
  const body = {
    direction: directionOf(place),
    text: draft.text,
    attachments: draft.files.map(({ id, as }) => ({ id, send_as: as ?? null })),
    reply_to: draft.replyTo,
  };
  const params = { path: pathOf(place), header: overVersion(version) };
  return (await unwrap<DraftView>(api.PUT(PATH, { params, body }))).version;
}

export async function removeDraft(place: DraftPlace, version: number): Promise<void> {
  const params = { path: pathOf(place), query: { direction: directionOf(place) }, header: overVersion(version) };
  await unwrap(api.DELETE(PATH, { params }));
}

function serverDraft(view: DraftView): ServerDraft {
  const { conversation_id: conversationId, direction, version } = view;
  const files = view.attachments.map(fileOf);
  return {
    conversationId,
    mode: modeOf(direction),
    version,
    draft: { text: view.text, replyTo: view.reply_to, files },
  };
}

function fileOf({ id, name, mime_type, size, send_as }: DraftView["attachments"][number]): DraftFile {
  return { id, name, mime_type, size: size ?? null, ...(send_as && { as: send_as }) };
}
