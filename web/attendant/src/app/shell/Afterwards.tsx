import { Suspense } from "react";

import { CommandPalette, KeyboardHelp } from "@/features/palette";
import { withTexts } from "@/shared/i18n";
import { TypeQuestionDialog } from "@/shared/marks/TypeQuestionDialog";
import { useMay } from "@/shared/session/SessionProvider";
import { lazyPart } from "@/shared/ui/lazyPart";

import { useEverywhere } from "./useEverywhere";

const RoutingCommands = lazyPart(
  async () => (await withTexts("routing", () => import("./RoutingCommands"))).RoutingCommands,
);

/** What stands around every page and opens by a key or a deed: fetched after the first picture. */
export function Afterwards() {
  const mayRead = useMay("conversations:read");
  return (
    <>
      <CommandPalette useSources={useEverywhere} />
      <KeyboardHelp />
      <TypeQuestionDialog />
      {mayRead && (
        <Suspense fallback={null}>
          <RoutingCommands />
        </Suspense>
      )}
    </>
  );
}
