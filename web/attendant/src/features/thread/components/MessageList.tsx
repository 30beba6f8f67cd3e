import { Loader, UnstyledButton } from "@mantine/core";
import {
  memo,
  Suspense,
  useCallback,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { focusComposer, useEditingLast, useMessagesFocus } from "@/shared/conversations/composerFocus";
import { useCapabilities } from "@/shared/conversations/queries";
import { MOST_AT_END, type Thread } from "@/shared/conversations/thread";
import { useOutgoing } from "@/shared/conversations/useSend";
import type { useThread } from "@/shared/conversations/useThread";
import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { serverClock } from "@/shared/time/clock";
import { DayName, useTimeStyle } from "@/shared/time/times";
import { lazyPart } from "@/shared/ui/lazyPart";
import { notifyFailed } from "@/shared/ui/notify";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { useProblemText } from "@/shared/ui/problemText";

import { useTimeline } from "../api/timeline";
import { ScrollKeeper } from "../hooks/scrollKeeper";
import { Editing } from "../hooks/editing";
import { Selection } from "../hooks/selection";
import { ThreadContext } from "../hooks/threadContext";
import { useAddressedMessage } from "../hooks/useAddressedMessage";
import { useAnnouncements } from "../hooks/useAnnouncements";
import { useReadMarks } from "../hooks/useReadMarks";
import { useActionsOf } from "../hooks/useThreadActions";
import { lastEditable } from "../model/deeds";
import { entriesOf, type Entry } from "../model/entries";
import { firstUnread, wantsNewer, wantsOlder, type Metrics } from "../model/place";
import { shownOf } from "../model/shown";
import { withEvents } from "../model/timeline";
import { NewestPill } from "./NewestPill";
import { ThreadLightbox } from "./ThreadLightbox";
import { MessageGroup } from "./message/MessageGroup";
import type { OpenDeed } from "./deeds/DeedDialog";
import { MessageMenu, type OpenMenu } from "./message/MessageMenu";
import { EventLine } from "./message/EventLine";
import { SystemLine } from "./message/SystemLine";
import { TagDialog } from "./message/TagDialog";
import { PresenceLine } from "./PresenceLine";
import { SelectionBar } from "./SelectionBar";
import classes from "./thread.module.css";

const DeedDialog = lazyPart(async () => (await import("./deeds/DeedDialog")).DeedDialog);

type Moves = Pick<ReturnType<typeof useThread>, "loadOlder" | "loadNewer" | "jumpTo" | "jumpToNewest" | "forgetOld">;

/** What the header does with the messages. */
export interface ListHandle {
  jumpTo: (messageId: string) => void;
  toNewest: () => void;
}

interface Props {
  conversation: Conversation;
  thread: Thread;
  moves: Moves;
  /** Somebody looks on: nothing is marked as read. */
  looksOn?: boolean;
  ref: Ref<ListHandle>;
}

/** The messages of a conversation, and what somebody reads of them. */
export function MessageList({ conversation, thread, moves, looksOn = false, ref }: Props) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const me = useMe();
  const capabilities = useCapabilities(conversation.channel.kind);
  const { zone } = useTimeStyle();
  const outgoing = useOutgoing(conversation.id);
  const problemText = useProblemText();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [keeper] = useState(() => new ScrollKeeper());
  // Where it was when the conversation was opened, and stays.
  const [unreadFrom] = useState(() => sequenceOr(firstUnread(thread, conversation), thread));
  const [target, setTarget] = useState<string | null>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [selection] = useState(() => new Selection());
  const [editing] = useState(() => new Editing());
  const [deed, setDeed] = useState<OpenDeed | null>(null);
  const ask = useCallback(
    (asked: OpenDeed["deed"], message: OpenDeed["message"]) => setDeed({ deed: asked, message }),
    [],
  );
  const [tagged, setTagged] = useState<readonly string[] | null>(null);
  const [failed, setFailed] = useState<"older" | "newer" | null>(null);

  const rows = useMemo(() => shownOf(thread.messages, thread.hasNewer ? [] : outgoing, me), [thread, outgoing, me]);
  const { entries: events } = useTimeline(conversation.id);
  const entries = useMemo(
    () => withEvents(entriesOf(rows, zone, unreadFrom), events, thread),
    [rows, zone, unreadFrom, events, thread],
  );

  const jumpFailed = useEffectEvent((error: unknown) => {
    const problem = problemText(error);
    notifyFailed(t("jump.failed"), problem.text, problem.code);
  });
  const { loadOlder, loadNewer, jumpTo: loadAround, jumpToNewest: loadNewest, forgetOld } = moves;
  const jumpTo = useCallback((messageId: string) => setTarget(messageId), []);
  const toNewest = useCallback(() => {
    if (thread.hasNewer) setTarget(NEWEST);
    else keeper.toEnd();
  }, [keeper, thread.hasNewer]);
  useImperativeHandle(ref, () => ({ jumpTo, toNewest }), [jumpTo, toNewest]);
  const openMenu = useCallback(
    (message: OpenMenu["message"], at: { x: number; y: number }) => setMenu({ message, ...at }),
    [],
  );
  const actions = useActionsOf(
    conversation,
    useMemo(
      () => ({ jumpTo, openMenu, tag: setTagged, selection, editing, ask }),
      [jumpTo, openMenu, selection, editing, ask],
    ),
  );

  const load = useCallback(
    (end: "older" | "newer") => {
      const loading = end === "older" ? loadOlder() : loadNewer();
      loading.then(
        () => setFailed(null),
        () => setFailed(end),
      );
    },
    [loadOlder, loadNewer],
  );
  const moved = useEffectEvent((metrics: Metrics) => {
    if (failed !== "older" && wantsOlder(thread, metrics)) load("older");
    if (failed !== "newer" && wantsNewer(thread, metrics)) load("newer");
  });

  useLayoutEffect(() => {
    if (scroller.current === null || content.current === null) return undefined;
    const detach = keeper.attach(scroller.current, content.current, (metrics) => moved(metrics));
    if (!keeper.toRow("unread", "top")) keeper.toEnd();
    return detach;
  }, [keeper]);

  useLayoutEffect(() => {
    keeper.keep(thread.hasNewer);
  });

  // A conversation that goes on for hours keeps what is near its end; who scrolls up has the rest loaded again.
  useEffect(() => {
    if (thread.messages.length > MOST_AT_END && keeper.get().atEnd) forgetOld();
  }, [thread, keeper, forgetOld]);

  // A message to jump to: loaded where it is missing, then brought to the middle and marked for a moment.
  useEffect(() => {
    if (target === null) return undefined;
    let over = false;
    const work = target === NEWEST ? loadNewest() : loadAround(target);
    work.catch((error: unknown) => {
      if (!over) jumpFailed(error);
      setTarget((now) => (now === target ? null : now));
    });
    return () => {
      over = true;
    };
  }, [target, loadAround, loadNewest]);
  useLayoutEffect(() => {
    if (target === null) return;
    if (target === NEWEST) {
      if (thread.hasNewer) return;
      keeper.toEnd();
    } else {
      const row = content.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(target)}"]`);
      if (!row) return;
      keeper.toRow(row.dataset["row"] ?? "", "middle");
      flash(row);
    }
    setTarget(null);
  }, [target, thread, keeper]);

  // Who sends something wants to see it.
  const lastOut = outgoing.at(-1)?.clientId;
  const firstSeen = useRef(lastOut);
  const sent = useEffectEvent(() => {
    if (document.hasFocus()) toNewest();
  });
  useEffect(() => {
    if (lastOut !== undefined && lastOut !== firstSeen.current) sent();
    firstSeen.current = lastOut;
  }, [lastOut]);

  useAddressedMessage(jumpTo);
  useReadMarks(conversation, thread, keeper, looksOn);
  useAnnouncements(conversation, thread);
  useMessagesFocus(conversation.id, () => scroller.current?.focus({ preventScroll: true }));
  useEditingLast(conversation.id, () => {
    const last = capabilities && lastEditable(thread.messages, capabilities, me.id, serverClock.now());
    if (last !== undefined) actions.startEdit(last);
  });

  const mayTag = useMay("conversations:write");
  useShortcut({
    keys: "t",
    label: marks("of.tag.dialog"),
    scope: "conversation",
    enabled: mayTag,
    run: () => {
      const selected = selection.now();
      if (selected !== null && selected.size > 0) {
        setTagged([...selected]);
        return;
      }
      const id = meant(content.current) ?? lastWritten(thread);
      if (id !== undefined) setTagged([id]);
    },
  });
  const toTag = tagged === null ? [] : thread.messages.filter(({ id }) => tagged.includes(id));

  const onKeyDown = (event: KeyboardEvent) => {
    const typed =
      event.target instanceof Element && event.target.closest("input, textarea, [role=slider], video") !== null;
    if (event.defaultPrevented || typed || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && selection.now() !== null) selection.end();
    else if (event.key === "Escape") focusComposer(conversation.id);
    else if (!moveFocus(event.key, content.current)) return;
    event.preventDefault();
  };

  return (
    <ThreadContext value={actions}>
      <ThreadLightbox conversationId={conversation.id} messages={thread.messages}>
        <div className={classes.frame}>
          <div
            ref={scroller}
            className={classes.scroller}
            role="region"
            aria-label={t("messages")}
            tabIndex={0}
            onKeyDown={onKeyDown}
          >
            <div ref={content} className={classes.content}>
              <Edge more={thread.hasOlder} failed={failed === "older"} retry={() => load("older")} />
              {!thread.hasOlder && (
                <p className={classes.beginning}>
                  <span>{t("beginning", { number: conversation.number })}</span>
                </p>
              )}
              {entries.map((entry) => (
                <EntryView key={entry.key} entry={entry} />
              ))}
              {thread.hasNewer && <Edge more failed={failed === "newer"} retry={() => load("newer")} />}
            </div>
          </div>
          <SelectionBar />
          <NewestPill keeper={keeper} thread={thread} conversation={conversation} toNewest={toNewest} />
          <PresenceLine conversationId={conversation.id} />
        </div>
        <MessageMenu open={menu} close={() => setMenu(null)} />
        {deed !== null && (
          <PartBoundary part="deed">
            <Suspense fallback={null}>
              <DeedDialog {...deed} conversation={conversation} close={() => setDeed(null)} />
            </Suspense>
          </PartBoundary>
        )}
        {toTag.length > 0 && (
          <TagDialog
            messages={toTag}
            close={() => {
              setTagged(null);
              selection.end();
            }}
          />
        )}
      </ThreadLightbox>
    </ThreadContext>
  );
}

/** The message that has the focus, or that the pointer is on. */
function meant(content: HTMLElement | null): string | undefined {
  const focused = document.activeElement?.closest<HTMLElement>("[data-message]");
  const row =
    focused && content?.contains(focused) ? focused : content?.querySelector<HTMLElement>("[data-message]:hover");
  return row?.dataset["message"];
}

/** The last message that somebody wrote, of the customer where they wrote one. */
function lastWritten({ messages }: Thread): string | undefined {
  const open = messages.filter(({ direction, deleted_at: deleted }) => direction !== "system" && !deleted);
  return (open.findLast(({ direction }) => direction === "inbound") ?? open.at(-1))?.id;
}

const NEWEST = "newest";

const EntryView = memo(function EntryView({ entry }: { entry: Entry }) {
  const { t } = useTranslation("thread");
  switch (entry.type) {
    case "day":
      return (
        <div className={classes.day} role="separator">
          <span>
            <DayName at={entry.at} />
          </span>
        </div>
      );
    case "unread":
      return (
        <div className={classes.unread} role="separator" data-row="unread" data-sequence={0}>
          <span>{t("unread_line")}</span>
        </div>
      );
    case "system":
      return <SystemLine row={entry.row} />;
    case "event":
      return <EventLine event={entry.event} />;
    case "group":
      return <MessageGroup group={entry} />;
  }
});

/** The place of the next page; it has its height in any case, so that nothing moves. */
function Edge({ more, failed, retry }: { more: boolean; failed: boolean; retry: () => void }) {
  const { t } = useTranslation("thread");
  if (!more) return null;
  return (
    <div className={classes.edge}>
      {failed ? (
        <UnstyledButton className={classes.edgeRetry} onClick={retry}>
          {t("page_failed")}
        </UnstyledButton>
      ) : (
        <Loader size={16} color="gray" aria-label={t("page_loading")} />
      )}
    </div>
  );
}

function sequenceOr(found: number | "older" | null, thread: Thread): number | null {
  return found === "older" ? (thread.messages[0]?.sequence ?? null) : found;
}

function flash(row: HTMLElement): void {
  row.dataset["flash"] = "";
  row.addEventListener("animationend", () => delete row.dataset["flash"], { once: true });
  row.focus({ preventScroll: true });
}

/** Up, down, Home and End go from message to message. */
function moveFocus(key: string, content: HTMLElement | null): boolean {
  const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  const step = steps[key];
  if (step === undefined || content === null) return false;
  const rows = [...content.querySelectorAll<HTMLElement>("[data-message]")];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const from = current === -1 ? (step < 0 ? rows.length : rows.length - 2) : current;
  const next =
    key === "Home" ? 0 : key === "End" ? rows.length - 1 : Math.min(Math.max(from + step, 0), rows.length - 1);
  const row = rows[next];
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
  return row !== undefined;
}
