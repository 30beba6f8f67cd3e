import type { MessageOf } from "@/shared/api/types";

import { FileCard } from "./FileCard";
import { Waiting } from "./Waiting";

export function DocumentBody({ message }: { message: MessageOf<"document"> }) {
  const file = message.attachments[0];
  if (file?.state !== "ready") return <Waiting file={file} />;
  return <FileCard file={file} caption={message.text} />;
}
