import { VisuallyHidden } from "@mantine/core";
import { useEffect, useState } from "react";

import { announcer } from "./announcer";

/** Where `announce` speaks; once, in the app. */
export function LiveRegion() {
  const [said, setSaid] = useState({ text: "", times: 0 });
  useEffect(() => announcer.listen((text) => setSaid(({ times }) => ({ text, times: times + 1 }))), []);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {/* A new element each time, so that the same words are read again. */}
      <span key={said.times}>{said.text}</span>
    </VisuallyHidden>
  );
}
