import { Modal } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconDownload, IconX, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import { displayFileName } from "@/shared/text/neutral";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { IconButton } from "@/shared/ui/IconButton";
import { PersonName } from "@/shared/ui/SafeText";

import type { Tile } from "../model/albums";
import { isVideo } from "../model/context";
import classes from "./PictureDialog.module.css";

const LARGEST = 8;

interface Props {
  pictures: readonly Tile[];
  /** The id of the file that is shown. */
  shown: string;
  show: (fileId: string) => void;
  close: () => void;
}

interface View {
  scale: number;
  x: number;
  y: number;
}

const WHOLE: View = { scale: 1, x: 0, y: 0 };

/** A picture as large as the screen, with zoom; the arrows go through all pictures of the thread. */
export function PictureDialog({ pictures, shown, show, close }: Props) {
  const { t } = useTranslation("thread");
  const time = useTimeStyle();
  const [view, setView] = useState(WHOLE);
  const at = pictures.findIndex(({ file }) => file.id === shown);
  const { message: picture, file } = pictures[at] ?? {};

  const go = (step: number) => {
    const next = pictures[at + step];
    if (next === undefined) return;
    setView(WHOLE);
    show(next.file.id);
  };
  const zoom = (factor: number) =>
    setView((now) => {
      const scale = Math.min(Math.max(now.scale * factor, 1), LARGEST);
      return scale === 1 ? WHOLE : { scale, x: (now.x * scale) / now.scale, y: (now.y * scale) / now.scale };
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") go(-1);
    else if (event.key === "ArrowRight") go(1);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") setView(WHOLE);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (picture === undefined || file === undefined) return null;
  const name = displayFileName(file.name);

  return (
    <Modal.Root opened onClose={close} fullScreen transitionProps={{ duration: 0 }} returnFocus>
      {/* Mantine's content drops `onKeyDown`. */}
      <Modal.Content className={classes.dialog} aria-label={t("lightbox.label")} onKeyDownCapture={onKeyDown}>
        <header className={classes.head}>
          <span className={classes.words}>
            <span>
              <PersonName name={picture.author.name ?? ""} />
            </span>
            <time dateTime={picture.occurred_at}>{exactTime(picture.occurred_at, time)}</time>
            <span className="numbers">{t("lightbox.place", { at: at + 1, of: pictures.length })}</span>
          </span>
          <IconButton label={t("lightbox.smaller")} keys="-" onClick={() => zoom(1 / 1.5)}>
            <IconZoomOut size={18} aria-hidden />
          </IconButton>
          <IconButton label={t("lightbox.larger")} keys="+" onClick={() => zoom(1.5)}>
            <IconZoomIn size={18} aria-hidden />
          </IconButton>
          <a
            className={classes.save}
            href={file.url}
            download={name}
            aria-label={t("lightbox.save", { name })}
            title={t("lightbox.save", { name })}
          >
            <IconDownload size={18} aria-hidden />
          </a>
          <IconButton label={t("lightbox.close")} keys="escape" onClick={close}>
            <IconX size={18} aria-hidden />
          </IconButton>
        </header>
        {isVideo(file) ? (
          <div className={classes.canvas} data-autofocus tabIndex={-1}>
            <video className={classes.picture} key={file.id} src={file.url} controls autoPlay playsInline />
          </div>
        ) : (
          <Canvas
            key={file.id}
            src={file.url}
            alt={picture.text ?? t("file.photo")}
            view={view}
            setView={setView}
            zoom={zoom}
            close={close}
          />
        )}
        {picture.text && (
          <p className={classes.caption} dir="auto">
            {picture.text}
          </p>
        )}
        {at > 0 && (
          <div className={classes.previous}>
            <IconButton
              size={40}
              variant="default"
              label={t("lightbox.previous")}
              keys="arrowleft"
              tooltipPosition="right"
              onClick={() => go(-1)}
            >
              <IconChevronLeft size={18} aria-hidden />
            </IconButton>
          </div>
        )}
        {at < pictures.length - 1 && (
          <div className={classes.next}>
            <IconButton
              size={40}
              variant="default"
              label={t("lightbox.next")}
              keys="arrowright"
              tooltipPosition="left"
              onClick={() => go(1)}
            >
              <IconChevronRight size={18} aria-hidden />
            </IconButton>
          </div>
        )}
      </Modal.Content>
    </Modal.Root>
  );
}

interface CanvasProps {
  src: string;
  alt: string;
  view: View;
  setView: (change: (now: View) => View) => void;
  zoom: (factor: number) => void;
  close: () => void;
}

/** Wheel and double click zoom, dragging moves; a click beside the picture closes. */
function Canvas({ src, alt, view, setView, zoom, close }: CanvasProps) {
  const canvas = useRef<HTMLDivElement>(null);
  const turned = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  });
  useEffect(() => {
    const element = canvas.current;
    const listener = (event: WheelEvent) => turned(event);
    element?.addEventListener("wheel", listener, { passive: false }); // React's own are passive
    return () => element?.removeEventListener("wheel", listener);
  }, []);
  const drag = (event: PointerEvent<HTMLImageElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || view.scale === 1) return;
    setView((now) => ({ ...now, x: now.x + event.movementX, y: now.y + event.movementY }));
  };
  return (
    <div
      ref={canvas}
      className={classes.canvas}
      data-autofocus
      tabIndex={-1}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) close();
      }}
    >
      <img
        className={classes.picture}
        data-zoomed={view.scale > 1 || undefined}
        src={src}
        alt={alt}
        draggable={false}
        style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
        onDoubleClick={() => (view.scale > 1 ? setView(() => WHOLE) : zoom(2.5))}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
      />
    </div>
  );
}
