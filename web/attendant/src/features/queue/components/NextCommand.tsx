import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shared/keyboard/useShortcut";
import { useMay } from "@/shared/session/SessionProvider";

import { useTakeNext } from "../useTakeNext";

export const NEXT_KEY = "shift+n";

/** The next one of the queue, by key and in the palette, from every page. */
export function NextCommand() {
  const { t } = useTranslation("queue");
  const { take } = useTakeNext(null);
  const may = useMay("conversations:assign");
  useShortcut({ keys: NEXT_KEY, label: t("next_long"), scope: "global", run: take, enabled: may });
  return null;
}
