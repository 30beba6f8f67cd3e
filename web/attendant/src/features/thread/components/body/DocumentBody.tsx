import type { MessageOf } from "@/shared/api/types";

import { filesOf } from "../../model/context";
import { FileCard } from "./FileCard";
import { Waiting } from "./Waiting";

export function DocumentBody({ message }: { message: MessageOf<"document"> }) {
  const file = filesOf(message)[0];
  if (file?.state !== "ready") return <Waiting file={file} caption={message.text} />;
  return <FileCard file={file} caption={message.text} />;
}
