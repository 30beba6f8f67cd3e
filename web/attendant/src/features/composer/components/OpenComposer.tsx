import { Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useComposerFocus, useTemplatesOpening } from "@/shared/conversations/composerFocus";
import type { DraftMode } from "@/shared/conversations/drafts";
import { SnoozeDialog } from "@/shared/conversations/SnoozeMenu";
import { useDraft } from "@/shared/conversations/useDraft";
import { KeysHeld, useShortcut } from "@/shared/keyboard/useShortcut";
import { valuesOfCustomer } from "@/shared/replies/replies";
import { usePreferences } from "@/shared/storage/preferences";
import { announce } from "@/shared/ui/announcer";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { useAttaching } from "../hooks/useAttaching";
import { useFocusOnOpening } from "../hooks/useFocusOnOpening";
import { useMode } from "../hooks/useMode";
import { usePersonalData } from "../hooks/usePersonalData";
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
import { PublicBand, usePersonalNames } from "./PublicBand";
import { QuoteBar } from "./QuoteBar";
import { ScheduledBar } from "./ScheduledBar";
import { SEND_KEYS, type SendMenu } from "./SendButton";
import { FileTray } from "./FileTray";
import { TextField, type FieldHandle } from "./TextField";
import { Unreachable } from "./Unreachable";
import { WindowClosed } from "./WindowClosed";

interface Props {
  conversation: Conversation;
  /** It begins with a note, whatever it was left with. */
  whispers?: boolean;
  /** Absent while they are loaded: one can type, not send. */
  limits: Limits | undefined;
}

export function OpenComposer({ conversation, limits, whispers = false }: Props) {
  const { t } = useTranslation("composer");
  const { id } = conversation;
  const [mode, setMode] = useMode(id, whispers);
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
  const personalNames = usePersonalNames();
  const windowSeconds = limits?.capabilities.reply_window_seconds ?? null;
  const unreachable = conversation.unreachable ?? null;
  const shut = mode === "reply" && (window === "closed" || unreachable !== null);
  const isPublic = mode === "reply" && conversation.thread?.public === true;
  const [inserted, setInserted] = useState<readonly string[]>([]);
  const personal = usePersonalData(draft.text, isPublic, inserted);
  const [asking, setAsking] = useState<{ then: () => void } | null>(null);
  /** What everybody would read of the customer is asked about first. */
  const guarded = (then: () => void) => (personal.length > 0 ? setAsking({ then }) : then());
  const kept = draft.text.trim() !== "" || draft.files.length > 0;
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

  const sendNow = async (after?: AfterSending) => {
    focus();
    const sent = await sendDraft();
    if (sent !== null && after !== undefined && (await sent.taken)) await sendAnd(after);
  };

  const send = (after?: AfterSending) => {
    if (sendable) guarded(() => void sendNow(after));
  };
  const schedule = () => guarded(() => setScheduling(true));

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
    run: () => send({ then: "close" }),
    enabled: mode === "reply",
  });
  useShortcut({
    ...together,
    keys: SEND_KEYS.snooze,
    label: t("send.and_snooze"),
    run: () => setSendMenu("snooze"),
    enabled: sendable && mode === "reply",
  });
  useShortcut({ ...together, keys: SEND_KEYS.schedule, label: t("send.schedule"), run: schedule });

  const addFiles = (files: readonly File[], as?: SentAs) => {
    forgetRefusal();
    attaching.attach(files, as);
    focus();
  };
  const Dialog = dialog === null ? null : DIALOGS[dialog];
  return (
    <>
      {!whispers && <OwnerLine conversation={conversation} />}
      <ScheduledBar conversation={conversation} windowed={windowSeconds !== null} />
      <DropTarget enabled={!shut} note={mode === "note"} onFiles={addFiles}>
        <div className={classes.card} data-mode={mode} data-composer-mode={mode} data-public={isPublic || undefined}>
          <ModeBar
            mode={mode}
            onMode={enter}
            window={window}
            expiresAt={conversation.reply_window_expires_at ?? null}
            hasWindow={windowSeconds !== null}
            freeUntil={conversation.free_until ?? null}
            templates={limits?.capabilities.templates === true}
            isPublic={conversation.thread?.public === true}
          />
          {isPublic && !shut && <PublicBand found={personal} />}
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
          {shut && unreachable !== null ? (
            <Unreachable reason={unreachable} kept={kept} />
          ) : shut ? (
            <WindowClosed
              templates={limits?.capabilities.templates === true}
              hours={
                windowSeconds === null
                  ? null
                  : Math.round((limits?.capabilities.person_window_seconds ?? windowSeconds) / 3600)
              }
              kept={kept}
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
                  onSend={() => send()}
                  isPublic={isPublic}
                  onReplyUsed={(used) => setInserted((before) => [...before, ...valuesOfCustomer(used)])}
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
                isPublic={isPublic}
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
                  onSend: send,
                  onSchedule: schedule,
                  onOwnTime: () => setOwnTime(true),
                }}
              />
            </>
          )}
        </div>
      </DropTarget>
      <ConfirmDialog
        opened={asking !== null}
        title={t("public.personal_title")}
        confirm={t("public.publish")}
        stay={t("public.back")}
        onClose={() => {
          setAsking(null);
          requestAnimationFrame(focus);
        }}
        onConfirm={() => {
          setAsking(null);
          asking?.then();
        }}
      >
        {t("public.personal_text", { what: personalNames(personal) })}
      </ConfirmDialog>
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
        onChoose={(until) => send({ then: "snooze", until })}
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
