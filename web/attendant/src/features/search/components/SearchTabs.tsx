import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./SearchResults.module.css";

interface Props {
  conversations: boolean;
  onChange: (conversations: boolean) => void;
}

/** Whether a search shows messages, or the conversations of customers and numbers. */
export function SearchTabs({ conversations, onChange }: Props) {
  const { t } = useTranslation("search");
  return (
    <div className={classes.tabs}>
      <SegmentedControl
        size="xs"
        fullWidth
        flex={1}
        aria-label={t("tabs.label")}
        value={conversations ? "conversations" : "messages"}
        onChange={(value) => onChange(value === "conversations")}
        data={[
          { value: "messages", label: t("tabs.messages") },
          { value: "conversations", label: t("tabs.conversations") },
        ]}
      />
    </div>
  );
}
