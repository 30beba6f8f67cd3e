import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";

import { editLast, focusMessages } from "@/shared/conversations/composerFocus";
import type { DraftMode } from "@/shared/conversations/drafts";
import { useDraft } from "@/shared/conversations/useDraft";
import { isComposing } from "@/shared/keyboard/composing";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { usePresenceSignals } from "@/shared/realtime/RealtimeProvider";
import { gapIn, type FilledReply } from "@/shared/replies/replies";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";

import { useMentionCompletion } from "../hooks/useMentionCompletion";
import { useEmojiCompletion } from "../hooks/useEmojiCompletion";
import { useReplyCompletion } from "../hooks/useReplyCompletion";
import { insertText } from "../model/insertText";
import { pastedFiles } from "../model/paste";
import classes from "./composer.module.css";
import { Completions } from "./Completions";
import { ReplyList } from "./ReplyList";

export interface FieldHandle {
  focus: () => void;
  /** At the cursor, so that Ctrl+Z takes it away again. */
  insert: (text: string) => void;
  /** Begins the search for a quick reply at the cursor. */
  openReplies: () => void;
}

interface Props {
  ref: Ref<FieldHandle>;
  conversationId: string;
  mode: DraftMode;
  enterSends: boolean;
  onSend: () => void;
  onFiles: (files: File[]) => void;
  onEdit: () => void;
  /** Everybody will read it. */
  isPublic?: boolean;
  /** A quick reply was put in. */
  onReplyUsed?: (used: FilledReply) => void;
}

/** Above this many characters the field has its full height anyway, and measuring takes long. */
const MEASURED_UP_TO = 5000;

export function TextField({
  ref,
  conversationId,
  mode,
  enterSends,
  onSend,
  onFiles,
  onEdit,
  isPublic = false,
  onReplyUsed,
}: Props) {
  const { t } = useTranslation(["composer", "desk"]);
  const { draft, set, hold } = useDraft(conversationId, mode);
  const { sayTyping } = usePresenceSignals();
  const area = useRef<HTMLTextAreaElement>(null);
  const release = useRef<(() => void) | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const completion = useEmojiCompletion(area, draft.text, cursor);
  const mention = useMentionCompletion(area, draft.text, cursor, mode === "note");
  const replies = useReplyCompletion(area, conversationId, draft.text, cursor, (used) => {
    const { attachments } = used;
    onReplyUsed?.(used);
    if (attachments.length === 0) return;
    const files = attachments.map(({ id, name, mime_type, size }) => ({ id, name, mime_type, size: size ?? null }));
    set({ files: [...draft.files, ...files] });
  });

  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    insert: (text) => {
      if (area.current) insertText(area.current, text);
    },
    openReplies: () => {
      const field = area.current;
      if (field === null) return;
      const before = field.value.slice(0, field.selectionStart);
      insertText(field, before === "" || /\s$/.test(before) ? "/" : " /");
      setCursor(field.selectionStart);
    },
  }));
  // What Escape closes first (a quote, suggestions) uses the key up.
  useShortcut({
    keys: "escape",
    label: t("field.leave"),
    scope: "composer",
    whileTyping: true,
    notInPalette: true,
    enabled: focused,
    run: () => focusMessages(conversationId),
  });
  useLayoutEffect(() => fit(area.current), [draft.text]);
  useEffect(() => {
    // What is typed goes on at the end of what was typed before.
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
    return () => release.current?.();
  }, []);

  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent)) return;
    if (completion.onKeyDown(event) || mention.onKeyDown(event) || replies.onKeyDown(event)) return;
    if (event.key === "Tab" && !event.shiftKey && selectGap(event.currentTarget)) {
      event.preventDefault();
      return;
    }
    if (event.key === "ArrowUp" && mode === "reply" && draft.text === "" && !event.shiftKey) {
      event.preventDefault();
      editLast(conversationId);
      return;
    }
    if (event.key === "Escape" && draft.replyTo !== null) {
      event.preventDefault();
      set({ replyTo: null });
      return;
    }
    if (event.key !== "Enter" || event.altKey || event.repeat) return;
    const withMod = event.ctrlKey || event.metaKey;
    if (withMod && event.shiftKey) return; // send and close
    if (enterSends ? !event.shiftKey : withMod) {
      event.preventDefault();
      onSend();
    }
  };

  return (
    <div className={classes.fieldBox}>
      <textarea
        ref={area}
        className={classes.field}
        rows={2}
        dir="auto"
        value={draft.text}
        aria-label={t(mode === "note" ? "field.note" : isPublic ? "field.reply_public" : "field.reply")}
        placeholder={t(mode === "note" ? "field.note_hint" : isPublic ? "public.hint" : "field.reply_hint")}
        aria-keyshortcuts={enterSends ? "Enter" : "Control+Enter"}
        {...([replies, mention].find(({ open }) => open) ?? completion).aria}
        onChange={(event) => {
          set({ text: event.target.value });
          setCursor(event.target.selectionStart);
          sayTyping(conversationId, mode === "note");
          onEdit();
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          setFocused(true);
          release.current ??= hold();
        }}
        onBlur={() => {
          setFocused(false);
          release.current?.();
          release.current = null;
          setCursor(null);
        }}
        onPaste={(event) => {
          const files = pastedFiles(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          onFiles(files);
        }}
      />
      <Completions completion={completion} label={t("emoji.suggestions")}>
        {({ emoji, code }) => (
          <>
            <span aria-hidden="true">{emoji}</span> :{code}:
          </>
        )}
      </Completions>
      <Completions completion={mention} label={t("mention.label", { ns: "desk" })}>
        {({ id, name }) => (
          <>
            <Avatar id={id} name={name} size={20} /> <bdi>{neutralName(name)}</bdi>
          </>
        )}
      </Completions>
      <ReplyList conversationId={conversationId} completion={replies} />
    </div>
  );
}

/** Selects the next variable that nobody has filled in; whether there was one. */
function selectGap(area: HTMLTextAreaElement): boolean {
  const gap = gapIn(area.value, area.selectionEnd);
  if (gap === null) return false;
  area.setSelectionRange(gap.start, gap.end);
  return true;
}

/** As high as its text, up to the most that the style allows. */
function fit(area: HTMLTextAreaElement | null): void {
  if (area === null || CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = area.value.length > MEASURED_UP_TO ? "40vh" : `${area.scrollHeight}px`;
}
