import type { ReactNode } from "react";

import type { Message } from "@/shared/api/types";

import { contextOf, filesOf } from "../../model/context";
import { AudioBody } from "./AudioBody";
import { ContactsBody } from "./ContactsBody";
import { DocumentBody } from "./DocumentBody";
import { FilesBody } from "./FilesBody";
import { InteractiveBody } from "./InteractiveBody";
import { LocationBody } from "./LocationBody";
import { MentioningBody, mentionsAnybody } from "./MentioningBody";
import { OrderBody } from "./OrderBody";
import { PictureBody } from "./PictureBody";
import { PollBody } from "./PollBody";
import { StickerBody } from "./StickerBody";
import { TemplateBody } from "./TemplateBody";
import { TextBody } from "./TextBody";
import { UnsupportedBody } from "./UnsupportedBody";
import { VideoBody } from "./VideoBody";

/** What a message says, by its kind: the same for both directions and for every channel. */
export function MessageBody({ message }: { message: Message }): ReactNode {
  const { poll } = contextOf(message);
  if (poll) return <PollBody poll={poll} />;
  if (filesOf(message).length > 1 && message.kind !== "interactive" && message.kind !== "template") {
    return <FilesBody message={message} />;
  }
  switch (message.kind) {
    case "text":
      return mentionsAnybody(message) ? <MentioningBody message={message} /> : <TextBody text={message.text} />;
    case "image":
      return <PictureBody message={message} />;
    case "video":
      return <VideoBody message={message} />;
    case "audio":
      return <AudioBody message={message} />;
    case "sticker":
      return <StickerBody message={message} />;
    case "document":
      return <DocumentBody message={message} />;
    case "location":
      return <LocationBody message={message} />;
    case "contacts":
      return <ContactsBody message={message} />;
    case "interactive":
      return <InteractiveBody message={message} />;
    case "template":
      return <TemplateBody message={message} />;
    case "order":
      return <OrderBody message={message} />;
    case "unsupported":
      return <UnsupportedBody message={message} />;
  }
}
