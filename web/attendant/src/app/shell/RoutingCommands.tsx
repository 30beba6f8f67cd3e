import { PresenceCommands } from "@/features/presence/commands";
import { NextCommand } from "@/features/queue/commands";

/** What routing offers on every page, by key and in the palette. */
export function RoutingCommands() {
  return (
    <>
      <NextCommand />
      <PresenceCommands />
    </>
  );
}
