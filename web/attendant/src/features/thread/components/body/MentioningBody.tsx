import type { Message } from "@/shared/api/types";
import { useColleagues } from "@/shared/conversations/colleagues";

import { TextBody } from "./TextBody";

type Mentioning = Pick<Message, "text"> & { mentions?: readonly string[] };

export function mentionsAnybody({ mentions }: Mentioning): boolean {
  return mentions !== undefined && mentions.length > 0;
}

/** A note that mentions colleagues: their names stand out. */
export function MentioningBody({ message }: { message: Mentioning }) {
  const colleagues = useColleagues();
  return <TextBody text={message.text} mentioned={colleagues.filter(({ id }) => message.mentions?.includes(id))} />;
}
