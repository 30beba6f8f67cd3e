import { IconBookmark, IconCategory, IconTag, type Icon } from "@tabler/icons-react";

export type MarkKind = "type" | "label" | "tag";

export const MARK_ICONS: Record<MarkKind, Icon> = { type: IconCategory, label: IconBookmark, tag: IconTag };
