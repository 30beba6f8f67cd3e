/** Asking for the type of a conversation that cannot be closed without one, whoever closes it from wherever. */

export interface TypeQuestion {
  /** The conversation, or of several the first. */
  conversationId: string;
  /** How many get the answer. */
  count: number;
  /** null: nothing was chosen, it stays open. */
  answer: (type: { id: string; name: string } | null) => void;
}

/** Somebody decided otherwise while they were asked: nothing has failed, and nothing is to be said. */
export class Dismissed extends Error {
  override readonly name = "Dismissed";
}

let asked: TypeQuestion | null = null;
const listeners = new Set<() => void>();

function show(question: TypeQuestion | null): void {
  asked = question;
  for (const listener of listeners) listener();
}

export const typeQuestion = {
  now: (): TypeQuestion | null => asked,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** The type that somebody chose. Raises `Dismissed`; a question that was open is given up. */
  ask: (conversationId: string, count = 1): Promise<{ id: string; name: string }> => {
    asked?.answer(null);
    return new Promise((resolve, reject) => {
      const answer: TypeQuestion["answer"] = (type) => {
        show(null);
        if (type === null) reject(new Dismissed());
        else resolve(type);
      };
      show({ conversationId, count, answer });
    });
  },
};
