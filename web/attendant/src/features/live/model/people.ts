/** Who works on what. Pure. */
import type { Conversation } from "@/shared/api/types";
import { standingOf } from "@/shared/conversations/serviceLevel";
import type { Availability, AvailabilityState } from "@/shared/routing/types";
import { toMs } from "@/shared/time/format";

export interface PersonRow {
  id: string;
  availability: Availability;
  /** Their conversations that are not closed, as far as they are loaded: who waits longest first. */
  conversations: readonly Conversation[];
  /** Since when the customer who waits longest for them has waited. */
  waitingSince: string | null;
  /** How many of them are near or past a target. */
  pressing: number;
}

const ORDER: Record<AvailabilityState, number> = { online: 0, busy: 1, away: 2, offline: 3 };

/**
 * Everybody under their name: routing knows the name of who has changed since it began to listen, the list of the
 * company's attendants has all of them (`names`, by id).
 */
export function named(people: readonly Availability[], names: ReadonlyMap<string, string>): readonly Availability[] {
  return people.map((one) => (one.name ? one : { ...one, name: names.get(one.id) ?? null }));
}

/** Who is there first, of those who has the most; those who are offline and have nothing are not work. */
export function peopleOf(
  availabilities: readonly Availability[],
  conversations: readonly Conversation[],
  now: number,
): PersonRow[] {
  const byPerson = new Map<string, Conversation[]>();
  for (const one of conversations) {
    const id = one.assignee?.id;
    if (id === undefined) continue;
    const theirs = byPerson.get(id);
    if (theirs === undefined) byPerson.set(id, [one]);
    else theirs.push(one);
  }
  return availabilities
    .map((availability) => {
      const theirs = byPerson.get(availability.id) ?? [];
      const waiting = theirs.map((one) => one.waiting_since).filter((at) => typeof at === "string");
      return {
        id: availability.id,
        availability,
        conversations: theirs,
        waitingSince: waiting.sort()[0] ?? null,
        pressing: risksOf(theirs, now).length,
      };
    })
    .filter(({ availability, conversations: theirs }) => availability.state !== "offline" || theirs.length > 0)
    .sort(
      (a, b) =>
        ORDER[a.availability.state] - ORDER[b.availability.state] ||
        b.availability.load - a.availability.load ||
        (a.availability.name ?? "").localeCompare(b.availability.name ?? ""),
    );
}

/** The conversations near or past a target, the one that was due first at the top. */
export function risksOf(conversations: readonly Conversation[], now: number): Conversation[] {
  return conversations
    .map((one) => ({ one, standing: standingOf(one, now) }))
    .filter(({ standing }) => standing?.level === "near" || standing?.level === "missed")
    .sort((a, b) => toMs(a.standing?.dueAt ?? "") - toMs(b.standing?.dueAt ?? ""))
    .map(({ one }) => one);
}
