/**
 * Keeps the query cache true: events, answers and what the person just did go in here, and from here into every list,
 * thread and count that shows them. One write per query for each batch of events.
 */
import { hashKey, notifyManager, type QueryClient } from "@tanstack/react-query";

import { keys } from "@/shared/api/keys";
import type { Contact, Conversation, Counts, Message } from "@/shared/api/types";
import { matches, type ConversationFilter } from "@/shared/conversations/filter";
import { mayBelong, withChanges, type ConversationList } from "@/shared/conversations/list";
import { withMessages, type Thread } from "@/shared/conversations/thread";
import type { Reading } from "@/shared/conversations/reading";
import { noteGone, typesUnder } from "@/shared/marks/known";
import { applyEvents, ofContact } from "@/shared/realtime/apply";
import { countsDiffer, recounted } from "@/shared/realtime/counts";
import { isAbout, isTaken, type EventFrame } from "@/shared/realtime/frames";
import { MissingConversations } from "@/shared/realtime/missing";
import { Searches } from "@/shared/realtime/searches";
import { myTeamsOf } from "@/shared/routing/teamsOf";
import type { Availability } from "@/shared/routing/types";
import { settled, Watches, type Watch } from "@/shared/realtime/watch";

/** Numbers that may be wrong are asked for soon; those that were corrected by the difference now and then. */
const RECOUNT_MS = 2000;
const RECOUNT_EXACT_MS = 60_000;
/** The queue is asked for so long after an event. */
const QUEUE_MS = 700;

/** So many losses in a row while one request is under way are more than a connection can have. */
const GAPS_MOST = 20;

type MessageListener = (conversationId: string, messages: readonly Message[]) => void;

/** Whose a conversation is that is no longer this person's; null: the queue's, or of somebody who is not named. */
export interface Taken {
  to: { id: string; name: string | null } | null;
  /** The conversation is nobody's: this customer was erased. */
  erased?: string;
}

/** Where changes come from. */
interface Written {
  /** What was asked for and is answered by them: a list that asks for nothing because of them. */
  answered?: readonly unknown[];
  /** Conversations that began with them. */
  opened?: ReadonlySet<string>;
}

export class Live {
  private me = "";
  /** Whether the person sees own conversations only. */
  private limited = false;
  private readonly copies = new Map<string, Conversation>();
  private readonly watches = new Watches();
  private readonly listeners = new Set<MessageListener>();
  private readonly erasedListeners = new Set<(conversationIds: readonly string[]) => void>();
  private readonly missing = new MissingConversations(this);
  private readonly searches = new Searches((queryKey) => {
    void this.client.invalidateQueries({ queryKey, exact: true });
  });
  private queueTimer: ReturnType<typeof setTimeout> | null = null;
  private recount: { timer: ReturnType<typeof setTimeout>; soon: boolean } | null = null;

  constructor(private readonly client: QueryClient) {}

  /** Whose lists these are. Somebody else: nothing of the one before stays. */
  belongTo(attendantId: string): void {
    if (this.me === attendantId) return;
    if (this.me !== "") this.forget();
    this.me = attendantId;
  }

  /** Which conversations the person sees. When that changes, nothing that is kept counts any more. */
  limitTo(visibility: string): void {
    const limited = visibility !== "all";
    if (limited === this.limited) return;
    this.limited = limited;
    this.copies.clear();
    this.missing.forget();
    this.searches.forget();
    this.watches.each((watch) => (watch.void = true));
    for (const family of ["conversations", "threads", "contacts"]) {
      void this.client.resetQueries({ queryKey: [family] });
    }
  }

  /** Forget every copy and everything in the cache: somebody else sits here now. */
  forget(): void {
    this.me = "";
    this.copies.clear();
    this.missing.forget();
    this.searches.forget();
    this.watches.each((watch) => (watch.foreign = true));
    if (this.recount !== null) clearTimeout(this.recount.timer);
    this.recount = null;
    if (this.queueTimer !== null) clearTimeout(this.queueTimer);
    this.queueTimer = null;
    this.client.clear();
  }

  copyOf(id: string): Conversation | undefined {
    return this.copies.get(id);
  }

  decide(filter: ConversationFilter): (conversation: Conversation) => boolean | null {
    const types = filter.type === undefined ? undefined : typesUnder(this.client, filter.type);
    const teams = myTeamsOf(this.client, this.me);
    return (conversation) => matches(filter, conversation, this.me, types, teams);
  }

  /** Take in a batch of events, in their order. */
  apply(frames: readonly EventFrame[]): void {
    const at = frames.findIndex(isTaken);
    const taken = frames[at];
    if (taken === undefined || !isTaken(taken)) {
      this.applyKept(frames);
      return;
    }
    this.applyKept(frames.slice(0, at));
    this.lose(taken.subject, taken.data.assignee);
    this.apply(frames.slice(at + 1));
  }

  private applyKept(frames: readonly EventFrame[]): void {
    if (frames.length === 0) return;
    const updates = applyEvents(this.copies, frames, this.me);
    notifyManager.batch(() => {
      this.write(updates.conversations, { opened: updates.opened });
      for (const [id, messages] of updates.messages) this.writeMessages(id, messages);
      for (const [id, contact] of updates.contacts) this.writeContact(id, contact);
      for (const attendant of updates.attendants.values()) this.takeAttendant(attendant);
    });
    if (Object.keys(updates.goneMarks).length > 0) noteGone(this.client, updates.goneMarks);
    for (const setting of updates.settings) {
      void this.client.invalidateQueries({ queryKey: keys.setting(setting) });
    }
    for (const id of updates.erased) this.eraseContact(id);
    const changed = new Set(frames.filter((frame) => isAbout(frame, "conversation")).map(({ subject }) => subject));
    for (const id of changed) void this.client.invalidateQueries({ queryKey: keys.timeline(id) });
    this.missing.add(updates.missing);
    if (updates.attendants.size > 0 || changed.size > 0) this.planQueue();
    if (updates.uncounted) this.planRecount(true);
  }

  /** Events may have been lost: ask the server for everything again, what is on the screen at once. */
  resync(): void {
    this.watches.each((watch) => (watch.void = true));
    this.missing.forget();
    for (const family of ["conversations", "threads", "contacts", "settings", "routing"]) {
      void this.client.invalidateQueries({ queryKey: [family] });
    }
  }

  /** Runs a request that changes something; `settle` gets its answer and what came meanwhile. */
  acting<A, T>(request: () => Promise<A>, settle: (answer: A, watch: Watch) => T): Promise<T> {
    return this.watches.during(request, settle);
  }

  /**
   * Runs a request that reads; `settle` gets its answer and what came meanwhile.
   * Asked again when events may have been lost before it was answered.
   */
  async during<A, T>(request: () => Promise<A>, settle: (answer: A, watch: Watch) => T): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const result = await this.watches.during(request, (answer, watch) =>
        watch.void && tries < GAPS_MOST ? null : { settled: settle(answer, watch) },
      );
      if (result !== null) return result.settled;
    }
  }

  /** Copies that the server answered, to what was asked by the key or to an act; each as it is to be shown now. */
  takeAnswered(answered: readonly Conversation[], watch: Watch, queryKey?: readonly unknown[]): Conversation[] {
    const changes = new Map<string, Conversation>();
    const shown = answered.map((copy) => {
      if (this.limited && copy.assignee?.id !== this.me) {
        this.lose(copy.id, copy.assignee ? { id: copy.assignee.id, name: copy.assignee.name ?? null } : null);
        return copy;
      }
      const next = settled(copy, this.copies.get(copy.id), watch);
      changes.set(copy.id, next);
      return next;
    });
    notifyManager.batch(() => this.write(changes, { ...(queryKey && { answered: queryKey }) }));
    return shown;
  }

  /** A list as it was answered, with what came meanwhile. */
  takeList(list: ConversationList, filter: ConversationFilter, watch: Watch): ConversationList {
    const rows = this.takeAnswered(list.rows, watch, keys.list(filter));
    const changes = new Map<string, Conversation>();
    for (const id of watch.conversations) {
      const copy = this.copies.get(id);
      if (copy !== undefined) changes.set(id, copy);
    }
    const decide = this.decide(filter);
    if ([...changes.values()].some((copy) => mayBelong(list, undefined, copy, decide))) {
      this.searches.add(keys.list(filter));
    }
    for (const row of rows) changes.set(row.id, row);
    return withChanges(list, changes, decide);
  }

  /** Messages that the server answered outside of a thread's loading: sent, repeated, reacted to. */
  takeMessages(conversationId: string, messages: readonly Message[]): void {
    notifyManager.batch(() => this.writeMessages(conversationId, messages));
  }

  /** The record of a customer that the server answered to a change of it. */
  takeContact(contact: Contact): void {
    notifyManager.batch(() => {
      this.writeContact(contact.id, contact);
      this.write(ofContact(this.copies, contact));
    });
  }

  /** A thread as it was answered, with what came meanwhile. */
  takeThread(conversationId: string, thread: Thread, watch: Watch): Thread {
    this.tell(conversationId, thread.messages);
    return withMessages(thread, watch.messages.get(conversationId) ?? []);
  }

  /** Shows a change before the server has agreed to it. Answers what takes it back, unless the server has said more since. */
  expect(id: string, patch: Partial<Conversation>): () => void {
    const before = this.copies.get(id);
    if (before === undefined) return () => undefined;
    const after = { ...before, ...patch };
    this.write(new Map([[id, after]]));
    return () => {
      if (this.copies.get(id)?.sequence === before.sequence) this.write(new Map([[id, before]]));
    };
  }

  /** Load a conversation again: what we showed of it was refused. */
  reload(id: string): void {
    this.missing.add([id]);
  }

  /** Whether the conversation is a favourite of the attendant's: known by what they did here or in another tab. */
  takeFavourite(id: string, favourite: boolean): void {
    this.watches.each((watch) => watch.favourites.set(id, favourite));
    const copy = this.copies.get(id);
    if (copy === undefined) this.missing.add([id]);
    else if (copy.favourite !== favourite) this.write(new Map([[id, { ...copy, favourite }]]));
  }

  /** How far the attendant has read a conversation: by what they did here, or on another device. */
  takeReading(id: string, reading: Partial<Reading>): void {
    this.watches.each((watch) => watch.readings.set(id, reading));
    const copy = this.copies.get(id);
    if (copy !== undefined) this.write(new Map([[id, { ...copy, ...reading }]]));
  }

  /** How available somebody is from now on. */
  takeAttendant(attendant: Availability): void {
    this.watches.each((watch) => watch.attendants.set(attendant.id, attendant));
    const key = keys.availability();
    const known = this.client.getQueryData<readonly Availability[]>(key);
    if (known === undefined) return;
    const isNew = !known.some(({ id }) => id === attendant.id);
    const next = known.map((one) => (one.id === attendant.id ? attendant : one));
    this.client.setQueryData(key, isNew ? [...next, attendant] : next);
  }

  /** Something that is set was changed: whoever shows it asks for it again. */
  takeSetting(setting: string): void {
    void this.client.invalidateQueries({ queryKey: keys.setting(setting) });
  }

  /** The conversation is no longer there, or not for this attendant. */
  takeAway(id: string): void {
    const copy = this.copies.get(id);
    if (copy === undefined) return;
    this.copies.delete(id);
    for (const [query, list] of this.lists()) {
      if (list.rows.some((row) => row.id === id)) {
        this.client.setQueryData(query.queryKey, { ...list, rows: list.rows.filter((row) => row.id !== id) });
      }
    }
  }

  /**
   * The conversation is somebody else's from now on, and this person sees own ones only: nothing of it stays here but
   * who has it (null: nobody, or nobody who may be named), for where it is open.
   */
  lose(id: string, to: Taken["to"]): void {
    const contact = this.copies.get(id)?.contact.id;
    this.client.setQueryData<Taken>(keys.taken(id), { to });
    this.watches.each((watch) => (watch.void = true)); // what is being answered may still show it
    this.missing.drop(id);
    this.takeAway(id);
    for (const queryKey of [keys.conversation(id), keys.thread(id)]) this.client.removeQueries({ queryKey });
    if (contact !== undefined) this.client.removeQueries({ queryKey: keys.contact(contact) });
    this.planRecount(true);
  }

  /** The customer was erased: nothing of them stays here, and nobody asks for it again. */
  eraseContact(contactId: string): void {
    this.client.setQueryData(keys.erased(contactId), true);
    this.watches.each((watch) => (watch.void = true));
    const theirs = [...this.copies.values()].filter(({ contact }) => contact.id === contactId);
    for (const { id } of theirs) {
      this.client.setQueryData<Taken>(keys.taken(id), { to: null, erased: contactId });
      this.missing.drop(id);
      this.takeAway(id);
      for (const queryKey of [keys.conversation(id), keys.thread(id), keys.timeline(id)]) this.drop(queryKey);
    }
    for (const queryKey of keys.ofContact(contactId)) this.drop(queryKey);
    for (const queryKey of [keys.contactLists(), keys.searches()]) void this.client.invalidateQueries({ queryKey });
    this.planRecount(true);
    for (const listener of this.erasedListeners) listener(theirs.map(({ id }) => id));
  }

  /**
   * Forget what is kept under a key. What is on the screen is about to go from there: were it taken away before, it
   * would be asked for once more. It is forgotten soon after, as everything that nobody shows.
   */
  private drop(queryKey: readonly unknown[]): void {
    void this.client.cancelQueries({ queryKey });
    this.client.removeQueries({ queryKey, type: "inactive" });
  }

  /** Calls back with the conversations of each customer who is erased; answers what ends it. */
  onErased(listener: (conversationIds: readonly string[]) => void): () => void {
    this.erasedListeners.add(listener);
    return () => this.erasedListeners.delete(listener);
  }

  /** Calls back with every message that comes, from wherever; answers what ends it. */
  onMessages(listener: MessageListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private write(changes: ReadonlyMap<string, Conversation>, { answered, opened }: Written = {}): void {
    const fresh = new Map<string, Conversation>();
    const earlier = new Map<string, Conversation | undefined>();
    for (const [id, after] of changes) {
      const before = this.copies.get(id);
      if (before === after) continue;
      fresh.set(id, after);
      earlier.set(id, before);
      this.copies.set(id, after);
      if (before === undefined) this.replace(keys.taken(id), null);
      if (before !== undefined || opened?.has(id)) this.count(before, after, answered !== undefined);
    }
    if (fresh.size === 0) return;
    this.watches.each((watch) => {
      for (const id of fresh.keys()) watch.conversations.add(id);
    });
    for (const [query, list] of this.lists()) {
      const decide = this.decide(query.filter);
      const next = withChanges(list, fresh, decide);
      if (next !== list) this.client.setQueryData(query.queryKey, next);
      if (query.filter.q === undefined || hashKey(query.queryKey) === hashKey(answered ?? [])) continue;
      const asks = [...fresh].some(([id, copy]) => mayBelong(list, earlier.get(id), copy, decide));
      if (asks) this.searches.add(query.queryKey);
    }
    for (const [id, copy] of fresh) this.replace(keys.conversation(id), copy);
  }

  private writeMessages(conversationId: string, messages: readonly Message[]): void {
    this.watches.each((watch) => {
      watch.messages.set(conversationId, [...(watch.messages.get(conversationId) ?? []), ...messages]);
    });
    const key = keys.thread(conversationId);
    const thread = this.client.getQueryData<Thread>(key);
    if (thread !== undefined) {
      const next = withMessages(thread, messages);
      if (next !== thread) this.client.setQueryData(key, next);
    }
    this.tell(conversationId, messages);
  }

  private writeContact(id: string, contact: Contact): void {
    this.watches.each((watch) => watch.contacts.set(id, contact));
    const known = this.client.getQueryData<Contact>(keys.contact(id));
    if (known !== undefined && known.version <= contact.version) this.client.setQueryData(keys.contact(id), contact);
  }

  /** `late`: an answer tells of a change that the counts may have with them already. */
  private count(before: Conversation | undefined, after: Conversation, late: boolean): void {
    const reader = { me: this.me, teams: myTeamsOf(this.client, this.me) };
    if (!countsDiffer(before, after, reader)) return;
    const key = keys.counts();
    const counts = this.client.getQueryData<Counts | null>(key);
    if (counts) this.client.setQueryData(key, recounted(counts, before, after, reader));
    this.planRecount(late || this.client.isFetching({ queryKey: key }) > 0);
  }

  private planRecount(soon: boolean): void {
    if (this.recount !== null && (this.recount.soon || !soon)) return;
    if (this.recount !== null) clearTimeout(this.recount.timer);
    const ask = () => {
      this.recount = null;
      void this.client.invalidateQueries({ queryKey: keys.counts() });
    };
    this.recount = { timer: setTimeout(ask, soon ? RECOUNT_MS : RECOUNT_EXACT_MS), soon };
  }

  /** Whoever shows the queue asks for it again, soon: in one second much happens at once. */
  private planQueue(): void {
    this.queueTimer ??= setTimeout(() => {
      this.queueTimer = null;
      void this.client.invalidateQueries({ queryKey: keys.queue() });
    }, QUEUE_MS);
  }

  private tell(conversationId: string, messages: readonly Message[]): void {
    if (messages.length > 0) for (const listener of this.listeners) listener(conversationId, messages);
  }

  private replace(key: readonly unknown[], data: unknown): void {
    if (this.client.getQueryData(key) !== undefined) this.client.setQueryData(key, data);
  }

  private lists(): [{ queryKey: readonly unknown[]; filter: ConversationFilter }, ConversationList][] {
    const found: [{ queryKey: readonly unknown[]; filter: ConversationFilter }, ConversationList][] = [];
    for (const query of this.client.getQueryCache().findAll({ queryKey: keys.lists() })) {
      const list = query.state.data as ConversationList | undefined;
      if (list !== undefined)
        found.push([{ queryKey: query.queryKey, filter: query.queryKey[2] as ConversationFilter }, list]);
    }
    return found;
  }
}

const known = new WeakMap<QueryClient, Live>();

/** The one of this cache. */
export function liveOf(client: QueryClient): Live {
  let live = known.get(client);
  if (live === undefined) {
    live = new Live(client);
    known.set(client, live);
  }
  return live;
}
