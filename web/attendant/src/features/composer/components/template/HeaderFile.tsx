import { Button, Input, Progress } from "@mantine/core";
import { IconUpload, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment } from "@/shared/api/types";
import { upload, type Upload } from "@/shared/api/upload";
import { IconButton } from "@/shared/ui/IconButton";
import { FileName } from "@/shared/ui/SafeText";

import classes from "./template.module.css";

interface Props {
  kind: "image" | "video" | "document";
  fieldId: string;
  file: Attachment | null;
  error: string | undefined;
  onFile: (file: Attachment | null) => void;
}

const ACCEPTS = { image: "image/*", video: "video/*", document: "" };

/** The file above a template's text. */
export function HeaderFile({ kind, fieldId, file, error, onFile }: Props) {
  const { t } = useTranslation("composer");
  const input = useRef<HTMLInputElement>(null);
  const running = useRef<Upload | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => () => running.current?.abort(), []);

  const take = async (chosen: File) => {
    setFailed(false);
    setProgress(0);
    const current = upload(chosen, crypto.randomUUID(), setProgress);
    running.current = current;
    try {
      onFile(await current.done);
    } catch (problem) {
      if (!(problem instanceof DOMException)) setFailed(true);
    } finally {
      setProgress(null);
    }
  };
  const message = failed ? t("files.failed.server") : error;
  return (
    <Input.Wrapper label={t(`template.field.${kind}`)} error={message}>
      <div className={classes.headerFile}>
        {file === null ? (
          <Button
            variant="default"
            leftSection={<IconUpload size={16} />}
            loading={progress !== null}
            onClick={() => input.current?.click()}
            data-field={fieldId}
          >
            {t("template.choose_file")}
          </Button>
        ) : (
          <>
            <FileName name={file.name} />
            <IconButton label={t("files.remove", { name: file.name })} size={24} onClick={() => onFile(null)}>
              <IconX size={16} />
            </IconButton>
          </>
        )}
        {progress !== null && (
          <Progress
            className={classes.progress}
            value={progress * 100}
            size={4}
            aria-label={t("template.choose_file")}
          />
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTS[kind]}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = "";
          if (chosen !== undefined) void take(chosen);
        }}
      />
    </Input.Wrapper>
  );
}
