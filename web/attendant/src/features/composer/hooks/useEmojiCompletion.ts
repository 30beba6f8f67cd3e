import type { RefObject } from "react";
import { useQuery } from "@tanstack/react-query";

import { usePreferences } from "@/shared/storage/preferences";

import { completionAt, completionsOf } from "../model/completion";
import { insertText } from "../model/insertText";
import { useCompletionList, useDismissal } from "./useCompletionList";

/** `:smi` at the cursor: the emojis that fit. The names are loaded at the first colon. */
export function useEmojiCompletion(area: RefObject<HTMLTextAreaElement | null>, text: string, cursor: number | null) {
  const { language } = usePreferences();
  const at = cursor === null ? null : completionAt(text, cursor);
  const { data: emojis } = useQuery({
    queryKey: ["emoji-names", language],
    queryFn: async () => (await import("../api/emoji")).namedEmojis(language),
    enabled: at !== null,
    staleTime: Infinity,
    networkMode: "always",
  });
  return useCompletionList({
    at,
    dismissal: useDismissal(at),
    offered: at === null || emojis === undefined ? [] : completionsOf(at, emojis),
    idOf: ({ code }) => code,
    choose: ({ emoji }) => {
      if (area.current !== null && at !== null) insertText(area.current, `${emoji} `, at.start, at.end);
    },
  });
}
