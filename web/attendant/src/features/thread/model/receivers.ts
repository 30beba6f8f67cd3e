/** To whom a conversation can be handed over, who of them can take it now, and in which order they are offered. Pure. */
import type { Attendant, ChannelKind } from "@/shared/api/types";
import type { Availability, Team } from "@/shared/routing/types";

export interface PersonReceiver {
  kind: "person";
  id: string;
  name: string;
  /** Undefined where nobody has told how available they are. */
  availability: Availability | undefined;
  /** Why they cannot have one more: no room at all, none for this kind of channel; null: they can. */
  full: Full;
  /** Whether the conversation would be looked at: they are there, and have room. */
  free: boolean;
}

export type Full = "all" | "channel" | null;

export interface TeamReceiver {
  kind: "team";
  id: string;
  name: string;
  /** How many of its members are online, and how many of them have room. */
  online: number;
  free: number;
}

const ORDER = { online: 0, busy: 2, away: 3, offline: 4 } as const;

/** Whether somebody can have one more conversation on a kind of channel, as the server would answer. */
export function fullOf({ room, full_channels: kinds }: Availability, channel: ChannelKind): Full {
  if (!room) return "all";
  return kinds.includes(channel) ? "channel" : null;
}

/** Who can take a conversation on a kind of channel now first, then by name. */
export function peopleFor(
  colleagues: readonly Attendant[],
  availabilities: readonly Availability[],
  me: string,
  channel: ChannelKind,
): PersonReceiver[] {
  const known = new Map(availabilities.map((one) => [one.id, one]));
  return colleagues
    .filter(({ id }) => id !== me)
    .map(({ id, name }) => {
      const availability = known.get(id);
      const full = availability ? fullOf(availability, channel) : null;
      const free = availability === undefined || (availability.state === "online" && full === null);
      return { kind: "person" as const, id, name, availability, full, free };
    })
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function rank({ availability, free }: PersonReceiver): number {
  if (availability === undefined) return 0;
  return availability.state === "online" ? (free ? 0 : 1) : ORDER[availability.state];
}

export function teamsFor(
  teams: readonly Team[],
  availabilities: readonly Availability[],
  channel: ChannelKind,
): TeamReceiver[] {
  return teams.map(({ id, name }) => {
    const online = availabilities.filter(
      ({ state, teams: theirs }) => state === "online" && theirs.some((one) => one.id === id),
    );
    const free = online.filter((one) => fullOf(one, channel) === null);
    return { kind: "team", id, name, online: online.length, free: free.length };
  });
}
