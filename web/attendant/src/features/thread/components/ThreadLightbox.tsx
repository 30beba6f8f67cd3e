import { Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import type { Message } from "@/shared/api/types";
import { usePicturesShown } from "@/shared/conversations/pictures";
import { lazyPart } from "@/shared/ui/lazyPart";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { LightboxContext } from "../hooks/useLightbox";
import type { Tile } from "../model/albums";
import { contextOf, filesOf, isPicture, isVideo } from "../model/context";

const PictureDialog = lazyPart(async () => (await import("./PictureDialog")).PictureDialog);

interface Opened {
  messageId: string;
  fileId: string | undefined;
}

interface Props {
  conversationId: string;
  messages: readonly Message[];
  children: ReactNode;
}

/** Lets the bodies below it, and the customer's gallery, open a picture large; the dialog is loaded with the first one. */
export function ThreadLightbox({ conversationId, messages, children }: Props) {
  const [shown, setShown] = useState<Opened | null>(null);
  const opener = useRef<Element | null>(null);
  const lightbox = useMemo(
    () => ({
      open: (messageId: string, fileId?: string) => {
        opener.current = document.activeElement;
        setShown({ messageId, fileId });
      },
    }),
    [],
  );
  usePicturesShown(conversationId, lightbox.open);
  // The dialog goes with its part, so that it cannot give the focus back itself.
  useEffect(() => {
    if (shown !== null || !(opener.current instanceof HTMLElement)) return;
    opener.current.focus({ preventScroll: true });
    opener.current = null;
  }, [shown]);
  const pictures = shown === null ? NO_PICTURES : picturesOf(messages);
  return (
    <LightboxContext value={lightbox}>
      {children}
      {shown !== null && (
        <PartBoundary part="lightbox">
          <Suspense fallback={null}>
            <PictureDialog
              pictures={pictures}
              shown={shown.fileId ?? pictures.find(({ message }) => message.id === shown.messageId)?.file.id ?? ""}
              show={(fileId) => setShown({ messageId: "", fileId })}
              close={() => setShown(null)}
            />
          </Suspense>
        </PartBoundary>
      )}
    </LightboxContext>
  );
}

const NO_PICTURES: readonly Tile[] = [];

/** All photos of the thread in their order, and the videos that stand among them. */
function picturesOf(messages: readonly Message[]): Tile[] {
  return messages.flatMap((message) => {
    if (message.deleted_at || message.kind === "sticker") return [];
    const files = filesOf(message);
    const together = files.length > 1 || Boolean(contextOf(message).album);
    return files
      .filter(
        (file) => file.state === "ready" && (together ? isPicture(file) || isVideo(file) : message.kind === "image"),
      )
      .map((file) => ({ message, file }));
  });
}
