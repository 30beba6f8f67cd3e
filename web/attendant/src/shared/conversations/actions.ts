/** What an attendant does with a conversation: shown at once, taken back when the server refuses. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import { ApiProblem, CUSTOMER_WROTE, Overtaken } from "@/shared/api/problem";
import type { Conversation, Priority } from "@/shared/api/types";
import { ALL_READ } from "@/shared/conversations/reading";
import { closingNeedsType } from "@/shared/marks/known";
import { typeQuestion } from "@/shared/marks/typeQuestion";
import { liveOf } from "@/shared/realtime/live";
import { useMe } from "@/shared/session/SessionProvider";

const TRIES = 3;

type Colleague = { id: string; name: string | null };

const conversationPath = (id: string) => ({ path: { conversation_id: id } });

/** Shows `patch`, runs the request, and shows what the server answered, or what was there before. */
export async function run(
  client: QueryClient,
  id: string,
  patch: Partial<Conversation>,
  request: () => Promise<Conversation>,
): Promise<Conversation> {
  const live = liveOf(client);
  const undo = live.expect(id, patch);
  try {
    return await live.acting(request, (answered, watch) => live.takeAnswered([answered], watch)[0] ?? answered);
  } catch (error) {
    undo();
    live.reload(id);
    throw error;
  }
}

/** The same for what is the reader's own: answers that were asked for before know nothing of it. */
async function readAs(
  client: QueryClient,
  id: string,
  patch: Partial<Conversation>,
  request: () => Promise<Conversation>,
): Promise<Conversation> {
  const now = await run(client, id, patch, request);
  const { unread_count, first_unread_sequence, read_mark, mention_sequence } = now;
  liveOf(client).takeReading(id, {
    unread_count,
    first_unread_sequence: first_unread_sequence ?? null,
    read_mark: read_mark ?? null,
    mention_sequence: mention_sequence ?? null,
  });
  return now;
}

function useAction<V extends { id: string }>(act: (client: QueryClient, variables: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (variables: V) => act(client, variables), networkMode: "always" });
}

/**
 * The actions on a conversation, as mutations: `take.mutate({ id })`. A refused one leaves the server's state, and its
 * error is an `ApiProblem` (`Overtaken`: somebody else was faster; 422 with the reason) or `Unanswered`.
 */
export function useConversationActions() {
  const me = useMe();
  return {
    take: useAction((client, { id }: { id: string }) => assign(client, id, { id: me.id, name: me.name })),
    assign: useAction((client, { id, to }: { id: string; to: Colleague }) => assign(client, id, to)),
    unassign: useAction((client, { id }: { id: string }) => assign(client, id, null)),
    /** Asks for the type where the company wants one; raises `Dismissed` when none is chosen. */
    close: useAction((client, { id }: { id: string }) => closeWithType(client, id)),
    /** null: it has no type any more. */
    classify: useAction((client, { id, type }: { id: string; type: { id: string; name: string } | null }) =>
      run(client, id, { type }, () =>
        unwrap(
          api.PATCH("/api/v1/conversations/{conversation_id}", {
            params: conversationPath(id),
            body: { type_id: type?.id ?? null },
          }),
        ),
      ),
    ),
    reopen: useAction((client, { id }: { id: string }) =>
      run(client, id, { status: liveOf(client).copyOf(id)?.assignee ? "open" : "queued", closed_at: null }, () =>
        unwrap(api.POST("/api/v1/conversations/{conversation_id}/reopen", { params: conversationPath(id) })),
      ),
    ),
    askRating: useAction((client, { id }: { id: string }) =>
      run(client, id, {}, () =>
        unwrap(api.POST("/api/v1/conversations/{conversation_id}/rating-request", { params: conversationPath(id) })),
      ),
    ),
    markRead: useAction((client, { id }: { id: string }) =>
      readAs(client, id, ALL_READ, () =>
        unwrap(api.POST("/api/v1/conversations/{conversation_id}/read", { params: conversationPath(id) })),
      ),
    ),
    markUnread: useAction((client, { id }: { id: string }) =>
      readAs(client, id, { unread_count: 1 }, () =>
        unwrap(api.POST("/api/v1/conversations/{conversation_id}/unread", { params: conversationPath(id) })),
      ),
    ),
    /** `until` null: until the customer writes. */
    snooze: useAction((client, { id, until }: { id: string; until: string | null }) =>
      run(client, id, { status: "snoozed", snoozed_until: until, woke_at: null }, () =>
        unwrap(
          api.POST("/api/v1/conversations/{conversation_id}/snooze", {
            params: conversationPath(id),
            body: { until },
          }),
        ),
      ),
    ),
    wake: useAction((client, { id }: { id: string }) =>
      run(client, id, { status: liveOf(client).copyOf(id)?.assignee ? "open" : "queued", snoozed_until: null }, () =>
        unwrap(api.DELETE("/api/v1/conversations/{conversation_id}/snooze", { params: conversationPath(id) })),
      ),
    ),
    favourite: useAction((client, { id, on }: { id: string; on: boolean }) => favour(client, id, on)),
    prioritise: useAction((client, { id, priority }: { id: string; priority: Priority }) =>
      run(client, id, { priority }, () =>
        unwrap(
          api.PATCH("/api/v1/conversations/{conversation_id}", { params: conversationPath(id), body: { priority } }),
        ),
      ),
    ),
  };
}

/**
 * Refused when somebody else has assigned it otherwise meanwhile; that a message has come is no reason, nor that it is
 * already as it is wanted.
 */
function assign(client: QueryClient, id: string, to: Colleague | null): Promise<Conversation> {
  const seen = liveOf(client).copyOf(id);
  const put = (header: IfMatch) =>
    unwrap<Conversation>(
      api.POST("/api/v1/conversations/{conversation_id}/assign", {
        params: { ...conversationPath(id), ...header },
        body: { attendant_id: to?.id ?? null },
      }),
    );
  return run(client, id, { assignee: to, status: to === null ? "queued" : "open" }, () =>
    changeSeen(seen, id, put, (now, refusal) => {
      if (now.status === "closed") throw new Overtaken(refusal, { is: "closed" });
      const whose = now.assignee?.id;
      if (whose === seen?.assignee?.id || whose === to?.id) return;
      throw new Overtaken(
        refusal,
        now.assignee ? { is: "assigned", name: now.assignee.name ?? null } : { is: "queued" },
      );
    }),
  );
}

/** The type is asked for before, where it is known that one is needed, or after the server has said so. */
async function closeWithType(client: QueryClient, id: string): Promise<Conversation> {
  const needed = closingNeedsType(client) && !liveOf(client).copyOf(id)?.type;
  if (needed) return close(client, id, await typeQuestion.ask(id));
  try {
    return await close(client, id);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== "type_required") throw error;
    return close(client, id, await typeQuestion.ask(id));
  }
}

/** Given up when the customer has written meanwhile: nobody has seen it, and nobody looks into what is closed. */
function close(client: QueryClient, id: string, type?: { id: string; name: string }): Promise<Conversation> {
  const seen = liveOf(client).copyOf(id);
  const put = (header: IfMatch) =>
    unwrap<Conversation>(
      api.POST("/api/v1/conversations/{conversation_id}/close", {
        params: { ...conversationPath(id), ...header },
        ...(type !== undefined && { body: { type_id: type.id } }),
      }),
    );
  return run(client, id, { status: "closed", unread_count: 0, ...(type !== undefined && { type }) }, () =>
    changeSeen(seen, id, put, ({ last_message: last }) => {
      const isNew = last?.direction === "inbound" && last.id !== seen?.last_message?.id;
      if (isNew) throw new ApiProblem(409, CUSTOMER_WROTE, "The customer wrote while the conversation was closed.");
    }),
  );
}

type IfMatch = { header?: { "If-Match": string } };

/**
 * Changes the conversation as it was seen. When it has gone on meanwhile, `check` looks at how it is now and throws
 * where the change is no longer wanted; otherwise it is asked for again.
 */
async function changeSeen(
  seen: Conversation | undefined,
  id: string,
  put: (header: IfMatch) => Promise<Conversation>,
  check: (now: Conversation, refusal: ApiProblem) => void,
): Promise<Conversation> {
  let sequence = seen?.sequence;
  for (let tries = 1; ; tries += 1) {
    try {
      return await put(sequence === undefined ? {} : { header: { "If-Match": `"${sequence}"` } });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 409 || tries === TRIES) throw error;
      const params = conversationPath(id);
      const now = await unwrap<Conversation>(api.GET("/api/v1/conversations/{conversation_id}", { params }));
      check(now, error);
      sequence = now.sequence;
    }
  }
}

async function favour(client: QueryClient, id: string, on: boolean): Promise<void> {
  const live = liveOf(client);
  const before = live.copyOf(id)?.favourite ?? !on;
  live.takeFavourite(id, on);
  const params = conversationPath(id);
  const path = "/api/v1/conversations/{conversation_id}/favourite";
  try {
    await unwrap(on ? api.PUT(path, { params }) : api.DELETE(path, { params }));
    live.takeFavourite(id, on);
  } catch (error) {
    live.takeFavourite(id, before);
    throw error;
  }
}
