import { IconArchive, IconInbox, IconMessages, IconStar, IconUser, type Icon } from "@tabler/icons-react";

import type { View } from "@/shared/conversations/filter";

export const VIEW_ICONS: Record<View, Icon> = {
  mine: IconUser,
  queue: IconInbox,
  all: IconMessages,
  favourites: IconStar,
  closed: IconArchive,
};

/** The keys that lead to each view; the letters of their English names, where they are free. */
export const VIEW_KEYS: Record<View, string> = {
  mine: "g m",
  queue: "g q",
  all: "g a",
  favourites: "g f",
  closed: "g e",
};
