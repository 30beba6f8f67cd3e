import { Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useComposerFocus, useTemplatesOpening } from "@/shared/conversations/composerFocus";
import type { DraftMode } from "@/shared/conversations/drafts";
import { SnoozeDialog } from "@/shared/conversations/SnoozeMenu";
import { useDraft } from "@/shared/conversations/useDraft";
import { KeysHeld, useShortcut } from "@/shared/keyboard/useShortcut";
import { usePreferences } from "@/shared/storage/preferences";
import { announce } from "@/shared/ui/announcer";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { useAttaching } from "../hooks/useAttaching";
import { useFocusOnOpening } from "../hooks/useFocusOnOpening";
import { useMode } from "../hooks/useMode";
import { useReplyWindow } from "../hooks/useReplyWindow";
import { useScheduling } from "../hooks/useScheduling";
import { useSendAnd, type AfterSending } from "../hooks/useSendAnd";
import { useSending } from "../hooks/useSending";
import { useUploads } from "../hooks/useUploads";
import type { SentAs } from "../model/files";
import { obstacleTo, type Limits } from "../model/messages";
import classes from "./composer.module.css";
import { DIALOGS, ScheduleDialog, VoiceRecorder, type DialogName } from "./dialogs";
import { DropTarget } from "./DropTarget";
import { Footer } from "./Footer";
import { ModeBar } from "./ModeBar";
import { OwnerLine } from "./OwnerLine";
import { Problems } from "./Problems";
import { QuoteBar } from "./QuoteBar";
import { ScheduledBar } from "./ScheduledBar";
import { SEND_KEYS, type SendMenu } from "./SendButton";
import { FileTray } from "./FileTray";
import { TextField, type FieldHandle } from "./TextField";
import { WindowClosed } from "./WindowClosed";

interface Props {
  conversation: Conversation;
  /** Absent while they are loaded: one can type, not send. */
  limits: Limits | undefined;
}

export function OpenComposer({ conversation, limits }: Props) {
  const { t } = useTranslation("composer");
  const { id } = conversation;
  const [mode, setMode] = useMode(id);
  const { draft, set } = useDraft(id, mode);
  const uploads = useUploads(id, mode);
  const window = useReplyWindow(conversation, limits?.capabilities);
  const { sendDraft, refused, forgetRefusal } = useSending(id, mode, limits);
  const { enterSends } = usePreferences();
  const sendAnd = useSendAnd(conversation);
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [recording, setRecording] = useState(false);
  const [scheduling, setScheduling] = useState(false);
  const [sendMenu, setSendMenu] = useState<SendMenu | null>(null);
  const [ownTime, setOwnTime] = useState(false);
  const scheduleDraft = useScheduling(id, mode, limits);
  const field = useRef<FieldHandle>(null);
  const windowSeconds = limits?.capabilities.reply_window_seconds ?? null;
  const shut = mode === "reply" && window === "closed";
  const obstacle = limits && obstacleTo(draft, mode, limits);
  const attaching = useAttaching(draft, (files) => set({ files }), uploads, mode, limits);
  const sendable = limits !== undefined && obstacle === null && uploads.pending.length === 0 && !shut;

  const focus = () => field.current?.focus();
  const enter = (next: DraftMode) => {
    if (next !== mode) {
      setMode(next);
      setRecording(false);
      announce(t(next === "note" ? "mode.now_note" : "mode.now_reply"));
    }
    // The field of the other mode may not be there yet.
    requestAnimationFrame(focus);
  };
  useComposerFocus(id, (wanted) => enter(wanted ?? mode));
  useTemplatesOpening(id, () => setDialog("template"));
  useFocusOnOpening(focus);

  const send = async (after?: AfterSending) => {
    if (!sendable) return;
    focus();
    const sent = await sendDraft();
    if (sent !== null && after !== undefined && (await sent.taken)) await sendAnd(after);
  };

  const scope = "composer" as const;
  useShortcut({ keys: ["r"], label: t("mode.reply"), scope, run: () => enter("reply") });
  useShortcut({ keys: ["n"], label: t("mode.note"), scope, run: () => enter("note") });
  useShortcut({
    keys: ["mod+shift+x"],
    label: t("mode.switch"),
    scope,
    whileTyping: true,
    run: () => enter(mode === "note" ? "reply" : "note"),
  });
  const together = { scope, whileTyping: true, enabled: sendable } as const;
  useShortcut({
    ...together,
    keys: SEND_KEYS.close,
    label: t("send.and_close"),
    run: () => void send({ then: "close" }),
    enabled: mode === "reply",
  });
  useShortcut({
    ...together,
    keys: SEND_KEYS.snooze,
    label: t("send.and_snooze"),
    run: () => setSendMenu("snooze"),
    enabled: sendable && mode === "reply",
  });
  useShortcut({ ...together, keys: SEND_KEYS.schedule, label: t("send.schedule"), run: () => setScheduling(true) });

  const addFiles = (files: readonly File[], as?: SentAs) => {
    forgetRefusal();
    attaching.attach(files, as);
    focus();
  };
  const Dialog = dialog === null ? null : DIALOGS[dialog];
  return (
    <>
      <OwnerLine conversation={conversation} />
      <ScheduledBar conversation={conversation} windowed={windowSeconds !== null} />
      <DropTarget enabled={!shut} note={mode === "note"} onFiles={addFiles}>
        <div className={classes.card} data-mode={mode} data-composer-mode={mode}>
          <ModeBar
            mode={mode}
            onMode={enter}
            window={window}
            expiresAt={conversation.reply_window_expires_at ?? null}
            hasWindow={windowSeconds !== null}
          />
          {draft.replyTo !== null && !shut && (
            <QuoteBar
              conversation={conversation}
              messageId={draft.replyTo}
              onRemove={() => {
                set({ replyTo: null });
                focus();
              }}
            />
          )}
          {shut ? (
            <WindowClosed
              templates={limits?.capabilities.templates === true}
              hours={windowSeconds === null ? null : Math.round(windowSeconds / 3600)}
              kept={draft.text.trim() !== "" || draft.files.length > 0}
              onTemplates={() => setDialog("template")}
            />
          ) : (
            <>
              {recording && limits?.capabilities.voice ? (
                <Suspense fallback={<div className={classes.recorder} />}>
                  <VoiceRecorder
                    limit={limits.capabilities.voice}
                    onDone={(file) => {
                      setRecording(false);
                      addFiles([file], "voice");
                      // The field comes back in the recorder's place.
                      requestAnimationFrame(focus);
                    }}
                    onCancel={() => {
                      setRecording(false);
                      requestAnimationFrame(focus);
                    }}
                  />
                </Suspense>
              ) : (
                <TextField
                  key={mode}
                  ref={field}
                  conversationId={id}
                  mode={mode}
                  enterSends={enterSends}
                  onSend={() => void send()}
                  onFiles={addFiles}
                  onEdit={forgetRefusal}
                />
              )}
              <FileTray
                draft={draft}
                uploads={uploads}
                capabilities={mode === "reply" ? limits?.capabilities : undefined}
                onFiles={(files) => set({ files })}
              />
              <Problems
                draft={draft}
                mode={mode}
                limits={limits}
                obstacle={obstacle ?? null}
                refused={refused}
                blocked={attaching.blocked}
                onRemoveBlocked={() => {
                  attaching.removeBlocked();
                  focus();
                }}
              />
              <Footer
                mode={mode}
                draft={draft}
                limits={limits}
                sendable={sendable}
                obstacle={obstacle ?? null}
                uploading={attaching.uploading}
                blocked={attaching.blocked.length > 0}
                recording={recording}
                enterSends={enterSends}
                onInsert={(text) => field.current?.insert(text)}
                onReplies={() => field.current?.openReplies()}
                onFiles={addFiles}
                onDialog={setDialog}
                onRecord={() => setRecording(true)}
                send={{
                  menu: sendMenu,
                  onMenu: setSendMenu,
                  onSend: (after) => void send(after),
                  onSchedule: () => setScheduling(true),
                  onOwnTime: () => setOwnTime(true),
                }}
              />
            </>
          )}
        </div>
      </DropTarget>
      {scheduling && (
        <PartBoundary part="composer-dialog">
          <Suspense fallback={<KeysHeld />}>
            <ScheduleDialog
              until={mode === "reply" && windowSeconds !== null ? (conversation.reply_window_expires_at ?? null) : null}
              save={(when) => scheduleDraft(when)}
              onClose={() => {
                setScheduling(false);
                requestAnimationFrame(focus);
              }}
            />
          </Suspense>
        </PartBoundary>
      )}
      <SnoozeDialog
        opened={ownTime}
        close={() => setOwnTime(false)}
        onChoose={(until) => void send({ then: "snooze", until })}
      />
      {Dialog !== null && limits !== undefined && (
        <PartBoundary part="composer-dialog">
          <Suspense fallback={<KeysHeld />}>
            <Dialog
              conversation={conversation}
              capabilities={limits.capabilities}
              draft={draft}
              onClose={() => {
                setDialog(null);
                requestAnimationFrame(focus);
              }}
            />
          </Suspense>
        </PartBoundary>
      )}
    </>
  );
}
