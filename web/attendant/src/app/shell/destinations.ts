/** What the rail leads to. A page that a permission forbids is not shown. */
import { IconActivity, IconAddressBook, IconInbox, IconPlug, IconSettings, type Icon } from "@tabler/icons-react";

export interface Destination {
  /** Its key in `rail.*`. */
  name: "inbox" | "overview" | "customers" | "channels" | "settings";
  to: string;
  /** Every address below it belongs to it. */
  below: string;
  keys: string;
  icon: Icon;
  permission?: string;
}

export const DESTINATIONS: readonly Destination[] = [
  { name: "inbox", to: "/inbox/mine", below: "/inbox", keys: "g i", icon: IconInbox, permission: "conversations:read" },
  { name: "overview", to: "/live", below: "/live", keys: "g l", icon: IconActivity, permission: "presence:manage" },
  {
    name: "customers",
    to: "/contacts",
    below: "/contacts",
    keys: "g u",
    icon: IconAddressBook,
    permission: "contacts:read",
  },
  { name: "channels", to: "/channels", below: "/channels", keys: "g c", icon: IconPlug, permission: "channels:manage" },
  { name: "settings", to: "/settings", below: "/settings", keys: "g s", icon: IconSettings },
];
