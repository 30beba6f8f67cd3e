import { Menu, Progress } from "@mantine/core";
import {
  IconChevronDown,
  IconFile,
  IconMicrophone,
  IconMovie,
  IconMusic,
  IconRefresh,
  IconX,
} from "@tabler/icons-react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, Unanswered } from "@/shared/api/problem";
import type { Capabilities } from "@/shared/api/types";
import type { Draft, DraftFile } from "@/shared/conversations/drafts";
import { usePreferences } from "@/shared/storage/preferences";
import { fileSize } from "@/shared/text/fileSize";
import { neutralFileName } from "@/shared/text/neutral";
import { IconButton } from "@/shared/ui/IconButton";
import { FileName } from "@/shared/ui/SafeText";

import type { useUploads } from "../hooks/useUploads";
import { useFileProblemText } from "../hooks/useFileProblemText";
import { problemOfFile, waysToSend, type SentAs } from "../model/files";
import { contentUrl } from "../model/messages";
import type { PendingFile } from "../model/uploads";
import classes from "./composer.module.css";

interface Props {
  draft: Draft;
  uploads: ReturnType<typeof useUploads>;
  /** Absent in a note, which takes every file. */
  capabilities: Capabilities | undefined;
  onFiles: (files: DraftFile[]) => void;
}

/** The files of the draft: those on their way, then each with what it is sent as. */
export function FileTray({ draft, uploads, capabilities, onFiles }: Props) {
  const { t } = useTranslation("composer");
  if (draft.files.length === 0 && uploads.pending.length === 0) return null;
  const change = (id: string, as: SentAs) =>
    onFiles(draft.files.map((file) => (file.id === id ? { ...file, as } : file)));
  return (
    <ul className={classes.tray} aria-label={t("files.label")}>
      {draft.files.map((file) => (
        <Uploaded
          key={file.id}
          file={file}
          original={uploads.originalOf(file.id)}
          capabilities={capabilities}
          onAs={(as) => change(file.id, as)}
          onRemove={() => onFiles(draft.files.filter(({ id }) => id !== file.id))}
        />
      ))}
      {uploads.pending.map((item) => (
        <Pending key={item.id} item={item} uploads={uploads} capabilities={capabilities} />
      ))}
    </ul>
  );
}

interface UploadedProps {
  file: DraftFile;
  original: File | undefined;
  capabilities: Capabilities | undefined;
  onAs: (as: SentAs) => void;
  onRemove: () => void;
}

function Uploaded({ file, original, capabilities, onAs, onRemove }: UploadedProps) {
  const { t } = useTranslation("composer");
  const problemText = useFileProblemText();
  const name = neutralFileName(file.name);
  const local = useObjectUrl(original);
  const url = local ?? contentUrl(file.id);
  const ways = capabilities ? waysToSend(file.mime_type, capabilities) : [];
  const way = file.as ?? ways[0];
  const problem = capabilities ? problemOfFile(file, file.as, capabilities) : null;
  return (
    <li className={classes.file} data-problem={problem !== null || undefined}>
      <Picture mimeType={file.mime_type} url={url} voice={way === "voice"} />
      <div className={classes.fileText}>
        <span className={classes.fileName}>{way === "voice" ? t("voice.message") : <FileName name={file.name} />}</span>
        {file.mime_type.startsWith("audio/") && (
          <audio className={classes.audio} controls preload="metadata" src={url} aria-label={t("voice.preview")} />
        )}
        {problem !== null ? (
          <span className={classes.fileProblem}>{problemText(problem)}</span>
        ) : (
          <span className={classes.fileFacts}>
            <Size bytes={file.size} />
            {ways.length > 1 && way !== undefined && (
              <Menu position="top-start">
                <Menu.Target>
                  <button type="button" className={classes.as} aria-label={t("files.change_as", { name })}>
                    {t(`files.as.${way}`)} <IconChevronDown size={14} aria-hidden="true" />
                  </button>
                </Menu.Target>
                <Menu.Dropdown>
                  {ways.map((one) => (
                    <Menu.Item key={one} onClick={() => onAs(one)} aria-current={one === way}>
                      {t(`files.as.${one}`)}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            )}
          </span>
        )}
      </div>
      <IconButton label={t("files.remove", { name })} size={24} onClick={onRemove}>
        <IconX size={16} />
      </IconButton>
    </li>
  );
}

interface PendingProps {
  item: PendingFile;
  uploads: Props["uploads"];
  capabilities: Capabilities | undefined;
}

function Pending({ item, uploads, capabilities }: PendingProps) {
  const { t } = useTranslation("composer");
  const problemText = useFileProblemText();
  const url = useObjectUrl(item.file);
  const name = neutralFileName(item.file.name);
  const facts = { name, mime_type: item.mime_type, size: item.file.size };
  const problem = capabilities ? problemOfFile(facts, item.as, capabilities) : null;
  const failureText = useFailureText();
  const failed = item.error !== null;
  return (
    <li className={classes.file} data-problem={failed || problem !== null || undefined}>
      <Picture mimeType={item.mime_type} url={url} voice={item.as === "voice"} />
      <div className={classes.fileText}>
        <span className={classes.fileName}>
          {item.as === "voice" ? t("voice.message") : <FileName name={item.file.name} />}
        </span>
        {failed ? (
          <span className={classes.fileProblem}>{failureText(item.error)}</span>
        ) : (
          <>
            {problem !== null && <span className={classes.fileProblem}>{problemText(problem)}</span>}
            {!item.held && (
              <Progress
                value={item.progress * 100}
                size={4}
                transitionDuration={120}
                aria-label={t("files.uploading", { name })}
              />
            )}
          </>
        )}
      </div>
      {failed && (
        <IconButton label={t("files.retry", { name })} size={24} onClick={() => uploads.retry(item.id)}>
          <IconRefresh size={16} />
        </IconButton>
      )}
      <IconButton
        label={t(item.held ? "files.remove" : "files.cancel", { name })}
        size={24}
        onClick={() => uploads.cancel(item.id)}
      >
        <IconX size={16} />
      </IconButton>
    </li>
  );
}

/** Why an upload failed; of a file that does not fit, also how much would. */
function useFailureText(): (error: unknown) => string {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  return (error) => {
    const left = error instanceof ApiProblem ? error.left : null;
    if (left) return t("files.failed.storage_left", { left: fileSize(left, language) });
    return t(`files.failed.${reasonOf(error)}`);
  };
}

/** Refusals of the server with a text of their own, by its code. */
const NAMED = ["infected", "not_scannable", "scanner_unavailable", "storage_full"] as const;

function reasonOf(error: unknown): "offline" | "too_large" | "unsupported" | "server" | (typeof NAMED)[number] {
  if (error instanceof Unanswered) return "offline";
  if (!(error instanceof ApiProblem)) return "server";
  const named = NAMED.find((code) => code === error.code);
  if (named !== undefined) return named;
  if (error.status === 413) return "too_large";
  return error.status === 415 || error.status === 422 ? "unsupported" : "server";
}

function Picture({ mimeType, url, voice }: { mimeType: string; url: string | null; voice: boolean }) {
  if (mimeType.startsWith("image/") && mimeType !== "image/svg+xml" && url !== null) {
    return <img className={classes.filePicture} src={url} alt="" />;
  }
  const Icon = voice
    ? IconMicrophone
    : mimeType.startsWith("video/")
      ? IconMovie
      : mimeType.startsWith("audio/")
        ? IconMusic
        : IconFile;
  return (
    <span className={classes.filePicture} aria-hidden="true">
      <Icon size={18} />
    </span>
  );
}

function Size({ bytes }: { bytes: number | null }) {
  const { language } = usePreferences();
  return bytes === null ? null : <span>{fileSize(bytes, language)}</span>;
}

/** An address for a file of this page, for as long as it is shown. */
function useObjectUrl(file: File | undefined): string | null {
  const url = useMemo(() => (file === undefined ? null : URL.createObjectURL(file)), [file]);
  useEffect(() => {
    if (url === null) return undefined;
    return () => URL.revokeObjectURL(url);
  }, [url]);
  return url;
}
