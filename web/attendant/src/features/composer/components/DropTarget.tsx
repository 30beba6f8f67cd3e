import { IconUpload } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";

import classes from "./composer.module.css";

interface Props {
  enabled: boolean;
  note: boolean;
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

interface Place {
  top: number;
  left: number;
  width: number;
  height: number;
}

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

/** Takes files that are dropped anywhere on the conversation; those dropped beside it do not leave the page. */
export function DropTarget({ enabled, note, onFiles, children }: Props) {
  const { t } = useTranslation("composer");
  const root = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place | null>(null);

  /** The whole conversation: the section around the composer's own. */
  const pane = () => root.current?.closest("section")?.parentElement?.closest("section") ?? root.current;
  const isInside = (event: DragEvent) => event.target instanceof Node && pane()?.contains(event.target) === true;

  const over = useEffectEvent((event: DragEvent) => {
    if (!carriesFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    const covered = document.querySelector("[aria-modal=true]") !== null;
    const takes = enabled && !covered && isInside(event);
    event.dataTransfer.dropEffect = takes ? "copy" : "none";
    const box = takes ? pane()?.getBoundingClientRect() : undefined;
    setPlace(box === undefined ? null : { top: box.top, left: box.left, width: box.width, height: box.height });
  });
  const drop = useEffectEvent((event: DragEvent) => {
    if (!carriesFiles(event)) return;
    const handled = event.defaultPrevented; // a dialog's own target took it
    event.preventDefault();
    setPlace(null);
    const covered = document.querySelector("[aria-modal=true]") !== null;
    if (!handled && enabled && !covered && isInside(event)) onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  const leave = useEffectEvent((event: DragEvent) => {
    if (event.relatedTarget === null) setPlace(null);
  });

  useEffect(() => {
    const listeners = {
      dragover: (event: DragEvent) => over(event),
      drop: (event: DragEvent) => drop(event),
      dragleave: (event: DragEvent) => leave(event),
    };
    // Before the window's own listener, which keeps the page whatever is dropped, and marks the drop as handled.
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name as "drop", listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name as "drop", listener);
    };
  }, []);

  return (
    <div ref={root}>
      {children}
      {place !== null &&
        createPortal(
          <div className={classes.drop} style={place} aria-hidden="true">
            <IconUpload size={28} />
            {t(note ? "files.drop_note" : "files.drop")}
          </div>,
          document.body,
        )}
    </div>
  );
}
