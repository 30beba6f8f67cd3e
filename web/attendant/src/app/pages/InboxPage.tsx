import { useMe } from "@/shared/session/SessionProvider";

export function InboxPage() {
  return <main>{useMe().name}</main>;
}
