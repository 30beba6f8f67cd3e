import type { KeyboardEvent, MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { notifyDone } from "@/shared/ui/notify";

import type { Shown } from "../model/shown";
import { useIsSelected } from "./selection";
import { isWithCustomer, useThreadActions } from "./threadContext";
import { useLongPress } from "./useLongPress";

/** What an element is that shows one message: its place in the thread, its name, its keys, its menu, its selection. */
export function useMessageRow({ key, message, outgoing }: Shown, author: string) {
  const { t } = useTranslation("thread");
  const { t: marks } = useTranslation("marks");
  const actions = useThreadActions();
  const time = useTimeStyle();
  const { selection } = actions;
  const selected = useIsSelected(selection, message.id);
  const settled = outgoing === null && !message.deleted_at;
  const longPress = useLongPress((at) => settled && actions.openMenu(message, at));

  const select = () => {
    if (!selection.toggle(message.id)) notifyDone(marks("select.limit"));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || !settled) return;
    const { key: pressed, shiftKey } = event;
    if (pressed === "ContextMenu" || (pressed === "F10" && shiftKey) || pressed === "Enter") {
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      actions.openMenu(message, { x: left + 24, y: bottom });
    } else if (pressed === "r" && isWithCustomer(message) && actions.cannotReply(message) === null)
      actions.reply(message);
    else if (pressed === "c" && message.text) actions.copy(message);
    else if (pressed === " " && selected !== null) select();
    else return;
    event.preventDefault();
  };
  const onContextMenu = (event: MouseEvent) => {
    if (!settled || wantsBrowsersMenu(event.target)) return;
    event.preventDefault();
    actions.openMenu(message, { x: event.clientX, y: event.clientY });
  };
  const onClickCapture = (event: MouseEvent) => {
    if (selected === null || !settled) return;
    event.preventDefault();
    event.stopPropagation();
    select();
  };
  return {
    /** Neither on its way nor deleted. */
    settled,
    /** null: nothing is being selected. */
    selected,
    element: {
      "data-row": key,
      "data-message": message.id,
      "data-sequence": outgoing === null ? message.sequence : undefined,
      "data-selected": selected ?? undefined,
      role: "article",
      "aria-label": t("message.label", { author, time: exactTime(message.occurred_at, time) }),
      tabIndex: -1,
      onKeyDown,
      onContextMenu,
      onClickCapture,
      ...longPress,
    },
  };
}

/** On links, files and selected text the browser's own menu can do more. */
function wantsBrowsersMenu(target: EventTarget): boolean {
  if ((window.getSelection()?.toString() ?? "") !== "") return true;
  return target instanceof Element && target.closest("a, img, video, audio") !== null;
}
