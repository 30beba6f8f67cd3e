/** Handing a conversation over: with a note, until somebody accepts it or the giver takes it back. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { Conversation } from "@/shared/api/types";
import { run } from "@/shared/conversations/actions";

export type Receiver = { attendant: { id: string; name: string } } | { team: { id: string; name: string } };

interface Handing {
  id: string;
  to: Receiver;
  note: string;
  /** Also to who is away or has no room. */
  anyway: boolean;
}

const params = (id: string) => ({ path: { conversation_id: id } });

function useAct<V extends { id: string }>(act: (client: QueryClient, variables: V) => Promise<Conversation>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (variables: V) => act(client, variables), networkMode: "always" });
}

export function useTransfers() {
  return {
    /** Nothing is shown before the server agrees: it may refuse. */
    transfer: useAct((client, { id, to, note, anyway }: Handing) =>
      run(client, id, {}, () =>
        unwrap<Conversation>(
          api.POST("/api/v1/conversations/{conversation_id}/transfer", {
            params: params(id),
            body: {
              ...("team" in to ? { team_id: to.team.id } : { attendant_id: to.attendant.id }),
              ...(note !== "" && { note }),
              anyway,
            },
          }),
        ),
      ),
    ),
    accept: useAct((client, { id }: { id: string }) =>
      run(client, id, { transfer: null }, () =>
        unwrap<Conversation>(api.POST("/api/v1/conversations/{conversation_id}/accept", { params: params(id) })),
      ),
    ),
    /** By the giver, as long as nobody has accepted it. */
    takeBack: useAct((client, { id }: { id: string }) =>
      run(client, id, { transfer: null }, () =>
        unwrap<Conversation>(api.DELETE("/api/v1/conversations/{conversation_id}/transfer", { params: params(id) })),
      ),
    ),
  };
}
