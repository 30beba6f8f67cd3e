/** Everything that is alive while one attendant is signed in in this tab, wired together. */
import type { QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/shared/api/client";
import type { Me, Message, NewMessage, ScheduledMessage } from "@/shared/api/types";
import { keys } from "@/shared/api/keys";
import { Drafts, EMPTY_DRAFT, type Draft, type DraftPlace, type StoredDraft } from "@/shared/conversations/drafts";
import { getDraft, listDrafts, modeOf, putDraft, removeDraft } from "@/shared/conversations/draftServer";
import { DraftSync } from "@/shared/conversations/draftSync";
import { Outgoing, type OutgoingItem } from "@/shared/conversations/outgoing";
import { Batches } from "@/shared/realtime/batches";
import type { EventFrame, PassingFrame } from "@/shared/realtime/frames";
import { Claims } from "@/shared/realtime/claims";
import { showNotification } from "@/shared/realtime/desktop";
import { handovers, type Handover } from "@/shared/realtime/handover";
import { liveOf, type Live } from "@/shared/realtime/live";
import { Notifier } from "@/shared/realtime/notify";
import { Presence } from "@/shared/realtime/presence";
import { Signals } from "@/shared/realtime/signals";
import { Sound } from "@/shared/realtime/sound";
import { Socket, type ConnectionState } from "@/shared/realtime/socket";
import { Touches } from "@/shared/realtime/touches";
import type { Session } from "@/shared/session/session";
import { preferences } from "@/shared/storage/preferences";
import { showHandover, showReplacedDraft } from "@/shared/ui/notify";
import { alone } from "@/shared/storage/locks";
import { TabChannel } from "@/shared/storage/tabChannel";
import { farewellOf, recordStore } from "@/shared/storage/records";
import { serverClock } from "@/shared/time/clock";

const outgoingStore = recordStore<OutgoingItem>("outgoing");
const draftStore = recordStore<StoredDraft>("drafts");
const draftFarewell = farewellOf<StoredDraft>("drafts");

export class LiveSession {
  readonly live: Live;
  readonly presence: Presence;
  readonly outgoing: Outgoing;
  readonly drafts: Drafts;
  private readonly draftSync: DraftSync;
  private draftsRead: Promise<void> = Promise.resolve();
  readonly signals: Signals;
  private readonly socket: Socket;
  private readonly touches: Touches;
  readonly sound = new Sound();
  private open: (conversationId: string) => void = () => undefined;
  private readonly notifier: Notifier;
  private readonly events = new Batches<EventFrame>((batch) => {
    const moved = handovers(batch, (id) => this.live.copyOf(id), this.me.id, serverClock.now());
    this.live.apply(batch);
    this.notifier.take(batch);
    for (const handover of moved) this.tellHandover(handover);
  });
  private readonly listeners = new Set<() => void>();
  private connection: ConnectionState = "connecting";
  private ends: (() => void)[] = [];

  constructor(
    private readonly me: Me,
    session: Session,
    private readonly client: QueryClient,
  ) {
    this.live = liveOf(client);
    this.live.belongTo(me.id);
    this.live.limitTo(me.visibility);
    this.presence = new Presence(me.id);
    this.socket = new Socket({
      open: openWebSocket,
      token: session.token,
      renewed: session.renewed,
      online: () => navigator.onLine,
      now: () => serverClock.now(),
      onEvent: (frame) => this.events.add(frame),
      onPassing: (frame) => this.takePassing(frame),
      onGap: () => {
        this.events.flush();
        this.live.resync();
      },
      onState: (state) => this.connected(state),
      onServerTime: (now) => serverClock.learn(now),
      onPermissions: (permissions, visibility) => {
        this.events.flush();
        this.live.limitTo(visibility);
        session.permitted(permissions, visibility);
      },
    });
    this.signals = new Signals((frame) => this.socket.send(frame));
    this.touches = new Touches(
      (frame) => this.socket.send(frame),
      () => serverClock.now(),
    );
    this.notifier = this.createNotifier();
    this.outgoing = this.createOutgoing();
    this.drafts = this.createDrafts();
    this.draftSync = this.createDraftSync();
  }

  /** Says what is done when a notification is clicked. */
  openNotificationsWith(open: (conversationId: string) => void): void {
    this.open = open;
  }

  connectionState = (): ConnectionState => this.connection;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): () => void {
    const wake = () => {
      this.socket.wake();
      this.outgoing.wake();
    };
    const lost = () => this.socket.lost();
    const seen = () => {
      if (document.visibilityState === "visible") wake();
      else this.keepDrafts();
      this.signals.visible(document.visibilityState === "visible");
    };
    const leaving = () => this.drafts.leave();
    window.addEventListener("online", wake);
    window.addEventListener("offline", lost);
    window.addEventListener("pagehide", leaving);
    document.addEventListener("visibilitychange", seen);
    this.ends.push(
      () => window.removeEventListener("online", wake),
      () => window.removeEventListener("offline", lost),
      () => window.removeEventListener("pagehide", leaving),
      () => document.removeEventListener("visibilitychange", seen),
      this.sound.start(),
      this.touches.start(),
      this.live.onMessages((conversationId, messages) => this.heard(conversationId, messages)),
      this.live.onErased((conversationIds) => this.forgetDrafts(conversationIds)),
    );
    this.draftsRead = this.drafts.start();
    void this.outgoing.start();
    this.socket.start();
    return () => this.stop();
  }

  private stop(): void {
    this.socket.stop();
    this.outgoing.stop();
    this.presence.stop();
    this.signals.stop();
    this.draftSync.stop();
    void this.drafts.flush();
    for (const end of this.ends) end();
    this.ends = [];
  }

  /** What was begun to an erased customer is about them, too. */
  private forgetDrafts(conversationIds: readonly string[]): void {
    for (const id of conversationIds) {
      for (const mode of ["reply", "note"] as const) {
        const place = { conversationId: id, mode };
        // As the server has none any more, nothing is to be written there.
        if (this.drafts.stateOf(place) !== undefined) this.drafts.adopt(place, EMPTY_DRAFT, 0);
      }
    }
  }

  private connected(state: ConnectionState): void {
    this.connection = state;
    if (state === "live") {
      this.outgoing.wake();
      this.signals.again();
      this.touches.again();
      void this.draftsRead.then(() => this.draftSync.compare());
    } else {
      this.presence.clear();
    }
    for (const listener of this.listeners) listener();
  }

  private takePassing(frame: PassingFrame): void {
    if (frame.actor.id !== this.me.id) this.presence.take(frame);
    else if (frame.type === "conversation.favourited") this.live.takeFavourite(frame.subject, frame.data.favourite);
    else if (frame.type === "conversation.read") this.live.takeReading(frame.subject, frame.data);
    else if (frame.type === "conversation.drafted") {
      const place = { conversationId: frame.subject, mode: modeOf(frame.data.direction) };
      void this.draftSync.heard(place, frame.data);
    } else if (frame.type === "setting.own_changed") this.live.takeSetting(frame.data.setting);
  }

  /** The page may end. */
  private keepDrafts(): void {
    void this.drafts.flush();
    this.draftSync.flush();
  }

  private heard(conversationId: string, messages: readonly Message[]): void {
    this.outgoing.seen(messages);
    const last = messages.at(-1);
    if (last?.author.id) this.presence.wrote(conversationId, last.author.id);
  }

  private tellHandover(handover: Handover): void {
    const { conversation, id } = handover;
    if (handover.is === "given") this.notifier.given(conversation, id);
    showHandover(handover, () => this.open(conversation.id));
  }

  private createNotifier(): Notifier {
    const claims = new Claims(`atd-rings/${this.me.id}`);
    this.ends.push(() => claims.close());
    return new Notifier({
      me: this.me.id,
      copyOf: (id) => this.live.copyOf(id),
      preferences: preferences.get,
      reading: (id) => this.signals.reads(id),
      audible: this.sound.ready,
      claim: (id) => claims.claim(id),
      ring: () => this.sound.play(),
      notify: (conversation, text) => showNotification(conversation, text, (id) => this.open(id)),
      now: () => serverClock.now(),
      later: (call, ms) => void setTimeout(call, ms),
    });
  }

  private createOutgoing(): Outgoing {
    const tabs = new TabChannel<null>(`atd-outgoing/${this.me.id}`);
    const outgoing = new Outgoing({
      attendantId: this.me.id,
      store: outgoingStore,
      post: postMessage,
      arrived: (message) => this.live.takeMessages(message.conversation_id, [message]),
      alone,
      tell: () => tabs.tell(null),
      online: () => navigator.onLine,
      now: () => serverClock.now(),
      later: callLater,
      newId: newUuid,
    });
    tabs.listen(() => void outgoing.changedElsewhere());
    this.ends.push(() => tabs.close());
    return outgoing;
  }

  private createDrafts(): Drafts {
    const tabs = new TabChannel<{ key: string; draft: StoredDraft }>(`atd-drafts/${this.me.id}`);
    const drafts = new Drafts({
      attendantId: this.me.id,
      store: draftStore,
      farewell: draftFarewell,
      now: () => serverClock.now(),
      tell: (key, draft) => tabs.tell({ key, draft }),
    });
    tabs.listen(({ key, draft }) => drafts.changedElsewhere(key, draft));
    this.ends.push(() => tabs.close());
    return drafts;
  }

  private createDraftSync(): DraftSync {
    const writes = this.me.permissions.includes("conversations:write");
    return new DraftSync({
      drafts: this.drafts,
      list: listDrafts,
      get: getDraft,
      put: putDraft,
      remove: removeDraft,
      online: () => navigator.onLine,
      reachable: (id) => writes && !this.client.getQueryData(keys.taken(id)),
      replaced: (place, lost) => this.tellReplaced(place, lost),
      now: () => serverClock.now(),
      later: callLater,
    });
  }

  private tellReplaced({ conversationId, mode }: DraftPlace, lost: Draft): void {
    const name = this.live.copyOf(conversationId)?.contact.name ?? null;
    showReplacedDraft(name, () => this.drafts.set(conversationId, mode, lost));
  }
}

function callLater(call: () => void, ms: number): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

function openWebSocket(since: string | null, token: string): WebSocket {
  const url = new URL("/ws", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (since !== null) url.searchParams.set("since", since);
  return new WebSocket(url, ["atd.v1", `bearer.${token}`]);
}

function postMessage(conversationId: string, body: NewMessage, key: string): Promise<Message> {
  // What is said now is a message; only with `scheduled_for` the answer is another one.
  return unwrap<Message | ScheduledMessage>(
    api.POST("/api/v1/conversations/{conversation_id}/messages", {
      params: { path: { conversation_id: conversationId }, header: { "Idempotency-Key": key } },
      body,
    }),
  ) as Promise<Message>;
}

/** `crypto.randomUUID` is there in secure contexts alone; a first try over plain HTTP in an office network is none. */
function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
