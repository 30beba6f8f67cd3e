import { CommandPalette, KeyboardHelp } from "@/features/palette";
import { TypeQuestionDialog } from "@/shared/marks/TypeQuestionDialog";

import { useEverywhere } from "./useEverywhere";

/** What stands around every page and opens by a key or a deed: fetched after the first picture. */
export function Afterwards() {
  return (
    <>
      <CommandPalette useSources={useEverywhere} />
      <KeyboardHelp />
      <TypeQuestionDialog />
    </>
  );
}
