import { Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Template } from "@/shared/api/types";
import { best } from "@/shared/text/search";
import { usePreferences } from "@/shared/storage/preferences";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useTemplates } from "../../api/templates";
import { bodyText, isSendable } from "../../model/templates";
import { useLanguageName } from "./languageName";
import classes from "./template.module.css";

interface Props {
  accountId: string;
  query: string;
  onQuery: (query: string) => void;
  onChoose: (template: Template) => void;
}

const keyOf = ({ name, language }: Template) => `${name}/${language}`;

/** The templates of the account: those that can be sent first, the others with the reason. */
export function TemplateList({ accountId, query, onQuery, onChoose }: Props) {
  const { t } = useTranslation("composer");
  const { language } = usePreferences();
  const languageName = useLanguageName();
  const { data, error, refetch, isFetching } = useTemplates(accountId);
  const [only, setOnly] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);

  const languages = [...new Set(data?.map((one) => one.language))].sort((a, b) => a.localeCompare(b));
  const matching = (data ?? []).filter((one) => only === null || one.language === only);
  // Of one template in several languages, the person's own is the likely one.
  const foreign = (one: Template) => Number(one.language.split("_")[0] !== language.split("-")[0]);
  const sorted = matching.toSorted(
    (a, b) =>
      Number(isSendable(b)) - Number(isSendable(a)) ||
      a.name.localeCompare(b.name, language) ||
      foreign(a) - foreign(b),
  );
  const found = best(query, sorted, (one) => `${one.name.replaceAll("_", " ")} ${bodyText(one)}`).toSorted(
    (a, b) => Number(isSendable(b)) - Number(isSendable(a)),
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Enter" && at < 0 && found[0] !== undefined && isSendable(found[0])) onChoose(found[0]);
    else if (step !== 0) rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
    else return;
    event.preventDefault();
  };

  if (error !== null && data === undefined) {
    return (
      <ErrorState error={error} title={t("template.load_failed")} retry={() => void refetch()} retrying={isFetching} />
    );
  }
  return (
    <>
      <div className={classes.filters} onKeyDown={onKeyDown}>
        <TextInput
          className={classes.search}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          leftSection={<IconSearch size={18} />}
          placeholder={t("template.search")}
          aria-label={t("template.search")}
          data-autofocus
        />
        {languages.length > 1 && (
          <Select
            value={only}
            onChange={setOnly}
            data={languages.map((one) => ({ value: one, label: languageName(one) }))}
            placeholder={t("template.all_languages")}
            aria-label={t("template.language")}
            clearable
            w={200}
          />
        )}
      </div>
      {data === undefined ? (
        <div className={classes.loading} aria-busy="true">
          <Bar width={300} />
          <Bar width={420} />
          <Bar width={260} />
        </div>
      ) : found.length === 0 ? (
        <EmptyState
          compact
          title={t(data.length === 0 ? "template.none" : "template.none_found")}
          text={t(data.length === 0 ? "template.none_text" : "template.none_found_text")}
        />
      ) : (
        <ul ref={list} className={classes.list} aria-label={t("template.title")} onKeyDown={onKeyDown}>
          {found.map((one) => (
            <li key={keyOf(one)}>
              <Row template={one} languageName={languageName(one.language)} onChoose={() => onChoose(one)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ template, languageName, onChoose }: { template: Template; languageName: string; onChoose: () => void }) {
  const { t } = useTranslation("composer");
  const sendable = isSendable(template);
  const category = template.category.toLowerCase();
  const known = category === "marketing" || category === "utility" || category === "authentication";
  return (
    <button
      type="button"
      className={classes.row}
      aria-disabled={!sendable || undefined}
      onClick={() => sendable && onChoose()}
    >
      <span className={classes.rowHead}>
        <span className={classes.rowName}>{template.name}</span>
        <span className={classes.tag}>{languageName}</span>
        <span className={classes.tag}>{known ? t(`template.category.${category}`) : template.category}</span>
        <span className={classes.status} data-status={template.status}>
          {t(`template.status.${template.status}`)}
        </span>
      </span>
      <bdi dir="auto" className={classes.rowBody}>
        {bodyText(template)}
      </bdi>
      {!sendable && <span className={classes.rowReason}>{reasonOf(template, t)}</span>}
    </button>
  );
}

type Translate = ReturnType<typeof useTranslation<"composer">>["t"];

/** Why a template cannot be chosen. */
function reasonOf({ status, reason, unsendable }: Template, t: Translate): string {
  if (status === "approved" && unsendable) {
    return t("template.unsendable", { part: t(`template.part.${unsendable.part}`), type: unsendable.type });
  }
  const why = t(`template.why.${status === "approved" ? "other" : status}`);
  return reason ? `${why} ${t("template.reason", { reason })}` : why;
}
