import {
  IconArchive,
  IconAt,
  IconClockPause,
  IconInbox,
  IconMessages,
  IconRobot,
  IconStar,
  IconUser,
  IconUsersGroup,
  type Icon,
} from "@tabler/icons-react";

import type { View } from "@/shared/conversations/filter";

export const VIEW_ICONS: Record<View, Icon> = {
  mine: IconUser,
  queue: IconInbox,
  team: IconUsersGroup,
  all: IconMessages,
  bot: IconRobot,
  snoozed: IconClockPause,
  favourites: IconStar,
  mentions: IconAt,
  closed: IconArchive,
};

/** The keys that lead to each view; the letters of their English names, where they are free. */
export const VIEW_KEYS: Record<View, string> = {
  mine: "g m",
  queue: "g q",
  team: "g t",
  all: "g a",
  bot: "g b",
  snoozed: "g s",
  favourites: "g f",
  mentions: "g n",
  closed: "g e",
};
