import { Menu } from "@mantine/core";
import { IconCategory, IconDots, IconFlag3, IconMail, IconMailOpened, IconTag } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import type { BulkAction } from "@/shared/conversations/bulk";
import { PRIORITIES } from "@/shared/conversations/filter";
import { TypeDialog } from "@/shared/marks/TypeDialog";
import { useMay } from "@/shared/session/SessionProvider";
import { IconButton } from "@/shared/ui/IconButton";

import { LIST_FLOAT } from "../hooks/useHold";
import { BulkLabels } from "./BulkLabels";

interface Props {
  selected: readonly Conversation[];
  onAction: (wanted: BulkAction) => void;
}

/** What is done less often with the selected conversations. */
export function BulkMore({ selected, onAction }: Props) {
  const { t } = useTranslation(["desk", "inbox"]);
  const mayLabel = useMay("contacts:write");
  const [dialog, setDialog] = useState<"labels" | "type" | null>(null);
  const types = new Set(selected.map(({ type }) => type?.id ?? null));
  return (
    <>
      <Menu position="top-end" width={240}>
        <Menu.Target>
          <IconButton size={28} label={t("bulk.more")}>
            <IconDots size={18} stroke={1.75} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown {...LIST_FLOAT}>
          <Menu.Item leftSection={<IconMail size={18} aria-hidden />} onClick={() => onAction({ action: "read" })}>
            {t("bulk.read")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconMailOpened size={18} aria-hidden />}
            onClick={() => onAction({ action: "unread" })}
          >
            {t("bulk.unread")}
          </Menu.Item>
          {mayLabel && (
            <Menu.Item leftSection={<IconTag size={18} aria-hidden />} onClick={() => setDialog("labels")}>
              {t("bulk.labels")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCategory size={18} aria-hidden />} onClick={() => setDialog("type")}>
            {t("bulk.classify")}
          </Menu.Item>
          <Menu.Label>{t("bulk.priority")}</Menu.Label>
          {PRIORITIES.map((priority) => (
            <Menu.Item
              key={priority}
              leftSection={<IconFlag3 size={18} aria-hidden />}
              onClick={() => onAction({ action: "priority", priority })}
            >
              {t(`inbox:priority.${priority}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {dialog === "labels" && <BulkLabels selected={selected} close={() => setDialog(null)} />}
      {dialog === "type" && (
        <TypeDialog
          title={t("bulk.classify")}
          current={types.size === 1 ? ([...types][0] ?? null) : null}
          canBeNone
          onChoose={(type) => onAction({ action: "classify", type_id: type?.id ?? null })}
          close={() => setDialog(null)}
        />
      )}
    </>
  );
}
