import { SegmentedControl, Select, TagsInput, Textarea } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { useEventTypes } from "../../api/endpoints";
import type { Preview } from "../../api/types";
import { LIMITS, type EndpointDraft, type ShapeKind } from "../../model/draft";
import { isChosen, pathsOf } from "../../model/patterns";
import { Json } from "../Json";
import classes from "./editor.module.css";

const KINDS: readonly ShapeKind[] = ["whole", "fields", "template"];

interface Props {
  draft: EndpointDraft;
  set: (change: Partial<EndpointDraft>) => void;
  preview: Preview | undefined;
  /** The one that is shown is of an earlier draft. */
  stale: boolean;
  errors: { fields: string | null; template: string | null };
  /** Of which type the body beside is; null: of the newest event that matches. */
  shown: string | null;
  onShow: (type: string | null) => void;
}

/** What of an event is sent, with the body beside as a receiver would get it now. */
export function ShapeSection({ draft, set, preview, stale, errors, shown, onShow }: Props) {
  const { t } = useTranslation("webhooks");
  const known = useEventTypes().data ?? [];
  const chosen = known.filter(({ type }) => isChosen(draft.event_types, type));
  const paths = [...new Set(chosen.flatMap(({ example }) => pathsOf(example)))].sort();
  const example = preview?.example ?? null;
  return (
    <div className={classes.columns}>
      <div>
        <SegmentedControl
          mb="sm"
          size="sm"
          aria-label={t("shape.title")}
          value={draft.shape}
          data={KINDS.map((value) => ({ value, label: t(`shape.${value}`) }))}
          onChange={(shape) => set({ shape })}
        />
        {draft.shape === "whole" && <p className={classes.help}>{t("shape.whole_help")}</p>}
        {draft.shape === "fields" && (
          <TagsInput
            label={t("shape.fields_label")}
            description={t("shape.fields_help")}
            placeholder="data.message.text"
            data={paths}
            maxTags={LIMITS.fields}
            limit={30}
            value={draft.fields}
            error={errors.fields}
            onChange={(fields) => set({ fields })}
          />
        )}
        {draft.shape === "template" && (
          <Template
            value={draft.template}
            paths={paths}
            error={errors.template}
            onChange={(template) => set({ template })}
          />
        )}
      </div>
      <div className={classes.beside}>
        <div className={classes.besideHead}>
          <h3>{t("shape.body")}</h3>
          <Select
            size="xs"
            w={220}
            aria-label={t("shape.body_of")}
            placeholder={t("shape.latest")}
            clearable
            searchable
            value={shown}
            data={chosen.map(({ type }) => type)}
            onChange={onShow}
          />
        </div>
        {example === null ? (
          <p>{t("shape.no_body")}</p>
        ) : (
          <>
            <p>{t(example.event_id === null ? "shape.from_example" : "shape.from_event", { type: example.type })}</p>
            <Json value={example.body} label={t("shape.body")} stale={stale} />
          </>
        )}
      </div>
    </div>
  );
}

interface TemplateProps {
  value: string;
  paths: readonly string[];
  error: string | null;
  onChange: (value: string) => void;
}

/** JSON with variables, which go in where the cursor is. */
function Template({ value, paths, error, onChange }: TemplateProps) {
  const { t } = useTranslation("webhooks");
  const field = useRef<HTMLTextAreaElement>(null);
  const insert = (path: string) => {
    const { selectionStart: from = value.length, selectionEnd: to = value.length } = field.current ?? {};
    const variable = `{{ ${path} }}`;
    onChange(value.slice(0, from) + variable + value.slice(to));
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + variable.length, from + variable.length);
    });
  };
  return (
    <>
      <Textarea
        ref={field}
        label={t("shape.template_label")}
        description={t("shape.template_help", { opening: "{{", closing: "}}" })}
        autosize
        minRows={8}
        maxRows={24}
        spellCheck={false}
        classNames={{ input: classes.code ?? "" }}
        value={value}
        error={error}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <Select
        mt="xs"
        size="xs"
        maw={320}
        aria-label={t("shape.insert")}
        placeholder={t("shape.insert")}
        searchable
        limit={30}
        value={null}
        data={[...paths]}
        onChange={(path) => path !== null && insert(path)}
      />
    </>
  );
}
