/** What came live while a request was under way: its answer may have been made before that. */
import { Unanswered } from "@/shared/api/problem";
import type { Contact, Conversation, Message } from "@/shared/api/types";
import type { Reading } from "@/shared/conversations/reading";
import type { Availability } from "@/shared/routing/types";
import { refOf } from "@/shared/conversations/contactRef";

export interface Watch {
  conversations: Set<string>;
  contacts: Map<string, Contact>;
  favourites: Map<string, boolean>;
  /** What the reader has read meanwhile, here or elsewhere. */
  readings: Map<string, Partial<Reading>>;
  messages: Map<string, Message[]>;
  attendants: Map<string, Availability>;
  /** Events may have been lost meanwhile: the answer is to be asked for again. */
  void: boolean;
  /** Somebody else sits here now: the answer is not for them. */
  foreign: boolean;
}

export class Watches {
  private readonly open = new Set<Watch>();

  /** Runs a request and hands its answer on together with what came meanwhile. */
  async during<A, T>(request: () => Promise<A>, settle: (answer: A, watch: Watch) => T): Promise<T> {
    const watch: Watch = {
      conversations: new Set(),
      contacts: new Map(),
      favourites: new Map(),
      readings: new Map(),
      messages: new Map(),
      attendants: new Map(),
      void: false,
      foreign: false,
    };
    this.open.add(watch);
    try {
      const answer = await request();
      if (watch.foreign) throw new Unanswered("another attendant has signed in");
      return settle(answer, watch);
    } finally {
      this.open.delete(watch);
    }
  }

  each(note: (watch: Watch) => void): void {
    for (const watch of this.open) note(watch);
  }
}

/** The later of a copy that a request answered and the one we have; of equal ones the answer, which knows our favourites. */
export function settled(answered: Conversation, current: Conversation | undefined, watch: Watch): Conversation {
  const favourite = watch.favourites.get(answered.id) ?? answered.favourite;
  const late = current !== undefined && current.sequence > answered.sequence ? current : answered;
  const contact = watch.contacts.get(late.contact.id);
  const reading = watch.readings.get(answered.id);
  if (late.favourite === favourite && contact === undefined && reading === undefined) return late;
  return {
    ...late,
    ...reading,
    favourite,
    ...(contact && { contact: refOf(contact) }),
  };
}
