import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Template } from "@/shared/api/types";

import type { DialogProps } from "../dialogProps";
import classes from "./template.module.css";
import { TemplateForm } from "./TemplateForm";
import { TemplateList } from "./TemplateList";

/** Choosing a template, filling it in and sending it. Nothing that was filled in is remembered. */
export function TemplatesDialog({ conversation, onClose }: DialogProps) {
  const { t } = useTranslation(["composer", "app"]);
  const [chosen, setChosen] = useState<Template | null>(null);
  const [query, setQuery] = useState("");
  return (
    <Modal
      opened
      onClose={onClose}
      title={chosen === null ? t("template.title") : chosen.name}
      size={chosen === null ? 720 : 880}
      centered
      classNames={{ body: classes.modal }}
      closeButtonProps={{ "aria-label": t("app:actions.close") }}
    >
      {chosen === null ? (
        <TemplateList
          accountId={conversation.channel.account_id}
          query={query}
          onQuery={setQuery}
          onChoose={setChosen}
        />
      ) : (
        <TemplateForm conversation={conversation} template={chosen} onBack={() => setChosen(null)} onSent={onClose} />
      )}
    </Modal>
  );
}
