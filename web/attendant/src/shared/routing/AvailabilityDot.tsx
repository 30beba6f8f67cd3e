import type { AvailabilityState } from "@/shared/routing/types";

import classes from "./AvailabilityDot.module.css";

interface Props {
  state: AvailabilityState;
  className?: string | undefined;
}

/** How available somebody is, by form and colour; the word stands beside it, or in the name of what it is on. */
export function AvailabilityDot({ state, className }: Props) {
  return <span className={[classes.dot, className].filter(Boolean).join(" ")} data-state={state} aria-hidden="true" />;
}
