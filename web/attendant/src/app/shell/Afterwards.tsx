import { Suspense } from "react";

import { CommandPalette, KeyboardHelp } from "@/features/palette";
import { loadPresence } from "@/features/presence";
import { loadQueue } from "@/features/queue";
import { TypeQuestionDialog } from "@/shared/marks/TypeQuestionDialog";
import { useMay } from "@/shared/session/SessionProvider";
import { lazyPart } from "@/shared/ui/lazyPart";

import { useEverywhere } from "./useEverywhere";

const NextCommand = lazyPart(async () => (await loadQueue()).NextCommand);
const PresenceCommands = lazyPart(async () => (await loadPresence()).PresenceCommands);

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
          <NextCommand />
          <PresenceCommands />
        </Suspense>
      )}
    </>
  );
}
