import { useOwnAvailability } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";

/** How available I am, on my picture; nothing while it is not known. */
export function PresenceDot({ className }: { className?: string | undefined }) {
  const own = useOwnAvailability();
  return own === undefined ? null : <AvailabilityDot state={own.state} className={className} />;
}
