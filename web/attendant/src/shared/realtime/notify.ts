/** Tells the person of customers' messages: once over all tabs, and never of what they are reading. */
import type { Conversation, Message } from "@/shared/api/types";
import type { EventFrame } from "@/shared/realtime/frames";
import { concerns, isArrival, isMention } from "@/shared/realtime/rings";
import type { Preferences } from "@/shared/storage/preferences";

export interface NotifierParts {
  me: string;
  copyOf: (conversationId: string) => Conversation | undefined;
  preferences: () => Pick<Preferences, "sound" | "desktopNotifications" | "ringsFor" | "textInNotifications">;
  /** Whether the person reads this conversation in this tab, in a window that they look at. */
  reading: (conversationId: string) => boolean;
  /** Whether a sound would be heard from this tab. */
  audible: () => boolean;
  claim: (id: string) => Promise<boolean>;
  ring: () => void;
  notify: (conversation: Conversation, text: string | null) => void;
  now: () => number;
  later: (call: () => void, ms: number) => void;
}

/** The tab where the message is read claims it first, then one that can be heard, then the others. */
const CLAIM_AUDIBLE_MS = 80;
const CLAIM_MS = 200;
/** A conversation that is not loaded yet is loaded meanwhile. */
const LOADING_MS = 1500;

export class Notifier {
  constructor(private readonly parts: NotifierParts) {}

  /** Events that have just been applied. */
  take(frames: readonly EventFrame[]): void {
    const newest = new Map<string, { id: string; message: Message; mention?: boolean }>();
    for (const frame of frames) {
      if (isArrival(frame, this.parts.now())) newest.set(frame.subject, { id: frame.id, message: frame.data.message });
      if (isMention(frame, this.parts.me, this.parts.now())) {
        newest.set(frame.subject, { id: frame.id, message: frame.data.message, mention: true });
      }
    }
    for (const [conversationId, { id, message, mention = false }] of newest) {
      if (this.parts.copyOf(conversationId) !== undefined) this.plan(conversationId, id, message, mention);
      else this.parts.later(() => this.plan(conversationId, id, message, mention), LOADING_MS);
    }
  }

  /** A colleague has given this conversation to the person. */
  given(conversation: Conversation, id: string): void {
    const wait = this.parts.audible() ? CLAIM_AUDIBLE_MS : CLAIM_MS;
    if (!this.parts.reading(conversation.id)) this.parts.later(() => void this.tell(conversation, id, null), wait);
  }

  /** Who is mentioned is told of it, whosever the conversation is. */
  private plan(conversationId: string, id: string, message: Message, mention: boolean): void {
    const conversation = this.parts.copyOf(conversationId);
    if (conversation === undefined) return;
    if (!mention && !concerns(conversation, this.parts.me, this.parts.preferences().ringsFor)) return;
    if (this.parts.reading(conversationId)) {
      void this.parts.claim(id);
      return;
    }
    const wait = this.parts.audible() ? CLAIM_AUDIBLE_MS : CLAIM_MS;
    this.parts.later(() => void this.tell(conversation, id, message), wait);
  }

  private async tell(conversation: Conversation, id: string, message: Message | null): Promise<void> {
    if (!(await this.parts.claim(id))) return;
    const { sound, desktopNotifications, textInNotifications } = this.parts.preferences();
    if (sound) this.parts.ring();
    if (desktopNotifications) this.parts.notify(conversation, textInNotifications ? (message?.text ?? null) : null);
  }
}
