import { useEffect, useState } from "react";

import { useAttendants } from "@/features/attendants";
import { useChannels } from "@/features/channels";
import { usePhone } from "@/features/sandbox";
import { useConversationList } from "@/shared/conversations/queries";
import { useMay, useMe } from "@/shared/session/SessionProvider";
import { serverClock } from "@/shared/time/clock";

import { stepsFor, taken, type StepName } from "../model/steps";
import { readGuide, writeGuide, type GuideState } from "./guideState";

/** The state of the guide, which outlives the page. */
export function useGuideState(): [GuideState, (changes: Partial<GuideState>) => void] {
  const me = useMe();
  const [state, setState] = useState(() => readGuide(me.id, new Date(serverClock.now()).toISOString()));
  useEffect(() => writeGuide(me.id, state), [me.id, state]);
  return [state, (changes) => setState((before) => ({ ...before, ...changes }))];
}

/** The steps and which were taken, by what the server and the client show; what was taken stays so. */
export function useProgress(state: GuideState, change: (changes: Partial<GuideState>) => void) {
  const me = useMe();
  const phone = usePhone();
  const mayChannels = useMay("channels:manage");
  const mayAttendants = useMay("attendants:manage");
  const { conversations, status } = useConversationList({ view: "all" });
  const attendants = useAttendants(mayAttendants).data?.filter(({ active }) => active).length;
  const channels = useChannels(mayChannels).data?.items.length;
  const atFirst = state.channelsAtFirst ?? (phone === null ? 0 : channels) ?? 0;
  const seen = taken({
    since: state.since,
    me: me.id,
    phoneOpen: phone?.open === true,
    conversations,
    attendants,
    channels: channels === undefined ? undefined : { now: channels, atFirst },
  });
  const fresh = seen.filter((step) => !state.done.includes(step));
  const counted = channels !== undefined && state.channelsAtFirst === null;
  useEffect(() => {
    if (fresh.length > 0) change({ done: [...state.done, ...fresh] });
    else if (counted) change({ channelsAtFirst: atFirst });
    // It opens by itself only where nobody has written yet.
    else if (state.folded === null && status === "success") change({ folded: conversations.length > 0 });
  });
  const steps = stepsFor({ phone: phone !== null, mayChannels, mayAttendants });
  const done = (step: StepName) => state.done.includes(step) || fresh.includes(step);
  return { steps, done, current: steps.find((step) => !done(step)), phone };
}
