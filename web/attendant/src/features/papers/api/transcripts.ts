/** Asking for the transcript of a conversation, and hearing how far it is. */
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type Transcript = components["schemas"]["TranscriptView"];
export type NewTranscript = components["schemas"]["NewTranscript"];

/** Has one made. The same `key` again, after a lost answer, is the same one. */
export const makeTranscript = (conversationId: string, wanted: NewTranscript, key: string): Promise<Transcript> =>
  unwrap(
    api.POST("/api/v1/conversations/{conversation_id}/transcripts", {
      params: { path: { conversation_id: conversationId }, header: { "Idempotency-Key": key } },
      body: wanted,
    }),
  );

export const getTranscript = (conversationId: string, id: string): Promise<Transcript> =>
  unwrap(
    api.GET("/api/v1/conversations/{conversation_id}/transcripts/{transcript_id}", {
      params: { path: { conversation_id: conversationId, transcript_id: id } },
    }),
  );
