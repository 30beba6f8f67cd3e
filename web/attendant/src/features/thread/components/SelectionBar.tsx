import { Button } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shared/keyboard/useShortcut";

import { useSelected } from "../hooks/selection";
import { useThreadActions } from "../hooks/threadContext";
import classes from "./thread.module.css";

/** What is done with the selected messages; it stands over the end of the thread as long as somebody selects. */
export function SelectionBar() {
  const { t } = useTranslation("marks");
  const { selection, tag } = useThreadActions();
  const selected = useSelected(selection);
  const count = selected?.size ?? 0;
  const tagThem = () => tag([...(selected ?? [])]);
  useShortcut({
    keys: "escape",
    label: t("select.end"),
    scope: "conversation",
    run: () => selection.end(),
    enabled: selected !== null,
    notInPalette: true,
  });
  if (selected === null) return null;
  return (
    <div className={classes.selection} role="toolbar" aria-label={t("select.bar")}>
      <span className={classes.selectionCount} aria-live="polite">
        {t("select.count", { count })}
      </span>
      <Button
        size="compact-md"
        leftSection={<IconTag size={16} aria-hidden />}
        disabled={count === 0}
        onClick={tagThem}
      >
        {t("select.tag")}
      </Button>
      <Button size="compact-md" variant="default" onClick={() => selection.end()}>
        {t("select.end")}
      </Button>
    </div>
  );
}
