import { Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import type { Message } from "@/shared/api/types";
import { usePicturesShown } from "@/shared/conversations/pictures";
import { lazyPart } from "@/shared/ui/lazyPart";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import { LightboxContext } from "../hooks/useLightbox";

const PictureDialog = lazyPart(async () => (await import("./PictureDialog")).PictureDialog);

interface Props {
  conversationId: string;
  messages: readonly Message[];
  children: ReactNode;
}

/** Lets the bodies below it, and the customer's gallery, open a picture large; the dialog is loaded with the first one. */
export function ThreadLightbox({ conversationId, messages, children }: Props) {
  const [shown, setShown] = useState<string | null>(null);
  const opener = useRef<Element | null>(null);
  const lightbox = useMemo(
    () => ({
      open: (messageId: string) => {
        opener.current = document.activeElement;
        setShown(messageId);
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
  return (
    <LightboxContext value={lightbox}>
      {children}
      {shown !== null && (
        <PartBoundary part="lightbox">
          <Suspense fallback={null}>
            <PictureDialog pictures={picturesOf(messages)} shown={shown} show={setShown} close={() => setShown(null)} />
          </Suspense>
        </PartBoundary>
      )}
    </LightboxContext>
  );
}

function picturesOf(messages: readonly Message[]): Message[] {
  return messages.filter(
    (message) => message.kind === "image" && !message.deleted_at && message.attachments[0]?.state === "ready",
  );
}
