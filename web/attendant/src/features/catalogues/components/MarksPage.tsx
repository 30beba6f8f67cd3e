import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import { labelsQuery, tagsQuery, type Label, type MarkKind, type Tag } from "@/shared/marks/catalogue";
import { nextColor } from "@/shared/marks/palette";
import { best } from "@/shared/text/search";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import classes from "./catalogues.module.css";
import { CreateForm } from "./CreateForm";
import { ItemRow } from "./ItemRow";

const SEARCH_FROM = 8;

/** The company's tags or labels. */
export function MarksPage({ kind }: { kind: MarkKind }) {
  const { t } = useTranslation("marks");
  const tags = useQuery({ ...tagsQuery, enabled: kind === "tag" });
  const labels = useQuery({ ...labelsQuery, enabled: kind === "label" });
  const { data, error, isPending, isFetching, refetch } = kind === "tag" ? tags : labels;
  return (
    <SettingsPageLayout title={t(`of.${kind}.title`)} text={t(`of.${kind}.text`)}>
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <Marks kind={kind} items={data} />}
    </SettingsPageLayout>
  );
}

function Marks({ kind, items }: { kind: MarkKind; items: readonly (Tag | Label)[] }) {
  const { t } = useTranslation("marks");
  const [words, setWords] = useState("");
  const color = useMemo(() => nextColor(items.map((one) => one.color)), [items]);
  const sorted = [...items].sort((a, b) => a.name.localeCompare(b.name));
  const found = words.trim() === "" ? sorted : best(words, sorted, ({ name }) => name);
  const shown = found.filter(({ archived }) => !archived);
  const archived = found.filter((one) => one.archived);
  return (
    <>
      <CreateForm kind={kind} color={color} />
      {items.length === 0 && (
        <EmptyState drawing="search" title={t(`of.${kind}.none_title`)} text={t(`of.${kind}.none_text`)} />
      )}
      {items.length > SEARCH_FROM && (
        <TextInput
          className={classes.search}
          leftSection={<IconSearch size={18} aria-hidden />}
          aria-label={t("list.filter")}
          placeholder={t("list.filter")}
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
        />
      )}
      {items.length > 0 && found.length === 0 && <p className={classes.nothing}>{t("list.nothing")}</p>}
      {shown.length > 0 && (
        <ul className={classes.list} aria-label={t(`of.${kind}.title`)}>
          {shown.map((item) => (
            <ItemRow key={item.id} kind={kind} item={item} others={items} />
          ))}
        </ul>
      )}
      {archived.length > 0 && (
        <details className={classes.archived} open={words.trim() !== "" || undefined}>
          <summary>{`${t("list.archived")} (${archived.length})`}</summary>
          <ul className={classes.list} aria-label={t("list.archived")}>
            {archived.map((item) => (
              <ItemRow key={item.id} kind={kind} item={item} others={items} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
