import { useTranslation } from "react-i18next";

import { useSetAvailability, type Chosen } from "@/shared/routing/availability";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

/** Chooses how available I am, and says so when it was refused. */
export function useChoose(): { choose: (chosen: Chosen) => void; choosing: boolean } {
  const { t } = useTranslation("presence");
  const set = useSetAvailability();
  const problemText = useProblemText();
  const choose = (chosen: Chosen) =>
    set.mutate(chosen, {
      onError: (error) => {
        const { text, code } = problemText(error);
        notifyFailed(t("failed"), text, code);
      },
    });
  return { choose, choosing: set.isPending };
}
