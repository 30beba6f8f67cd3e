import type { Versioned } from "@/shared/api/versioned";

import type { Policies, Policy } from "../../api/types";

export interface SectionProps<P extends Policy> {
  loaded: Versioned<Policies[P]>;
  /** Told whether something of it is not saved. */
  note: (policy: Policy, unsaved: boolean) => void;
}
