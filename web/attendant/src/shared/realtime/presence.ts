/** Which colleagues look at a conversation or type in it. Nobody stores it: what is not repeated ends by itself. */
import type { PassingFrame } from "@/shared/realtime/frames";

export interface Colleague {
  id: string;
  name: string | null;
}

export interface Typist extends Colleague {
  note: boolean;
}

const VIEWING_MS = 35_000;
const TYPING_MS = 6_500;
const NOBODY: readonly never[] = [];

interface Entry {
  who: Typist;
  until: number;
}

class Ending {
  private readonly entries = new Map<string, Map<string, Entry>>();
  private readonly shown = new Map<string, readonly Typist[]>();

  constructor(private readonly lastsMs: number) {}

  of(subject: string): readonly Typist[] {
    return this.shown.get(subject) ?? NOBODY;
  }

  put(subject: string, who: Typist, now: number): void {
    const people = this.entries.get(subject) ?? new Map<string, Entry>();
    this.entries.set(subject, people);
    people.set(who.id, { who, until: now + this.lastsMs });
    this.show(subject);
  }

  remove(subject: string, id: string): void {
    if (this.entries.get(subject)?.delete(id)) this.show(subject);
  }

  /** Whether somebody's time was over. */
  expire(now: number): boolean {
    let changed = false;
    for (const [subject, people] of this.entries) {
      for (const [id, { until }] of people) {
        if (until > now) continue;
        people.delete(id);
        this.show(subject);
        changed = true;
      }
    }
    return changed;
  }

  clear(): void {
    this.entries.clear();
    this.shown.clear();
  }

  get size(): number {
    return this.shown.size;
  }

  private show(subject: string): void {
    const people = [...(this.entries.get(subject)?.values() ?? [])].map(({ who }) => who);
    if (people.length === 0) {
      this.entries.delete(subject);
      this.shown.delete(subject);
      return;
    }
    const before = this.shown.get(subject);
    if (before?.length === people.length && before.every((one, index) => same(one, people[index]))) return;
    this.shown.set(subject, people);
  }
}

function same(a: Typist, b: Typist | undefined): boolean {
  return a.id === b?.id && a.name === b.name && a.note === b.note;
}

export class Presence {
  private readonly viewing = new Ending(VIEWING_MS);
  private readonly typing = new Ending(TYPING_MS);
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | null = null;

  /** `me`: what I do in another tab is not a colleague's doing. */
  constructor(
    private readonly me: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  viewers = (conversationId: string): readonly Colleague[] => this.viewing.of(conversationId);

  typists = (conversationId: string): readonly Typist[] => this.typing.of(conversationId);

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  take(frame: PassingFrame): void {
    const { actor, subject } = frame;
    if (!actor.id || actor.id === this.me || !isPresence(frame)) return;
    const who = { id: actor.id, name: actor.name ?? null, note: false };
    if (frame.type === "conversation.typing") {
      this.typing.put(subject, { ...who, note: frame.data.note }, this.now());
    } else if (frame.data.viewing) {
      this.viewing.put(subject, who, this.now());
    } else {
      this.viewing.remove(subject, who.id);
      this.typing.remove(subject, who.id);
    }
    this.tell();
  }

  /** The message has come: its author types no longer. */
  wrote(conversationId: string, authorId: string): void {
    if (this.typing.of(conversationId).length === 0) return;
    this.typing.remove(conversationId, authorId);
    this.tell();
  }

  clear(): void {
    this.viewing.clear();
    this.typing.clear();
    this.tell();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tell(): void {
    const somebody = this.viewing.size + this.typing.size > 0;
    if (!somebody) this.stop();
    else this.timer ??= setInterval(() => this.expire(), 1000);
    for (const listener of this.listeners) listener();
  }

  private expire(): void {
    const [looked, typed] = [this.viewing.expire(this.now()), this.typing.expire(this.now())];
    if (looked || typed) this.tell();
  }
}

type PresenceFrame = Extract<PassingFrame, { type: "conversation.viewing" | "conversation.typing" }>;

function isPresence(frame: PassingFrame): frame is PassingFrame & PresenceFrame {
  return frame.type === "conversation.viewing" || frame.type === "conversation.typing";
}
