/**
 * How other parts bring the attendant to the composer (a quoted message, a text put into the note, Escape in the
 * thread), and how Escape leads from there to the messages.
 */
import { useEffect, useEffectEvent } from "react";

import type { DraftMode } from "@/shared/conversations/drafts";

type Listener = (mode: DraftMode | null) => void;

const listeners = new Map<string, Set<Listener>>();

/** Focus the composer of this conversation, in this mode; null: in the one that it has. What it is to say is in the draft. */
export function focusComposer(conversationId: string, mode: DraftMode | null = null): void {
  for (const listener of listeners.get(conversationId) ?? []) listener(mode);
}

/** For the composer: called when somebody brings the attendant to it. */
export function useComposerFocus(conversationId: string, onFocus: Listener): void {
  const call = useEffectEvent(onFocus);
  useEffect(() => {
    const listener: Listener = (mode) => call(mode);
    const all = listeners.get(conversationId) ?? new Set();
    listeners.set(conversationId, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0 && listeners.get(conversationId) === all) listeners.delete(conversationId);
    };
  }, [conversationId]);
}

const messages = new Map<string, () => void>();
const editing = new Map<string, () => void>();
const templates = new Map<string, () => void>();

/** Leave the composer for the messages of this conversation, where single keys are commands. */
export function focusMessages(conversationId: string): void {
  messages.get(conversationId)?.();
}

/** For the messages: called when somebody leaves the composer for them. */
export function useMessagesFocus(conversationId: string, onFocus: () => void): void {
  useListener(messages, conversationId, onFocus);
}

/** Change the last message that the attendant wrote in this conversation. */
export function editLast(conversationId: string): void {
  editing.get(conversationId)?.();
}

/** For the messages: called when somebody wants to change their last one. */
export function useEditingLast(conversationId: string, onEdit: () => void): void {
  useListener(editing, conversationId, onEdit);
}

/** Offer the templates of this conversation's channel. */
export function openTemplates(conversationId: string): void {
  templates.get(conversationId)?.();
}

/** For the composer: called when somebody wants a template. */
export function useTemplatesOpening(conversationId: string, onOpen: () => void): void {
  useListener(templates, conversationId, onOpen);
}

function useListener(all: Map<string, () => void>, conversationId: string, run: () => void): void {
  const call = useEffectEvent(run);
  useEffect(() => {
    const listener = () => call();
    all.set(conversationId, listener);
    return () => {
      if (all.get(conversationId) === listener) all.delete(conversationId);
    };
  }, [all, conversationId]);
}
