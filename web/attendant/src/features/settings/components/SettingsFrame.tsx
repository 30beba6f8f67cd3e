import { TextInput } from "@mantine/core";
import { IconChevronLeft, IconSearch } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams } from "react-router";
import { useMediaQuery } from "@mantine/hooks";

import { PartBoundary } from "@/shared/ui/PartBoundary";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useAllowedPages, useSettingsSearch } from "../hooks/useSettingsTexts";
import type { SettingsPage } from "../page";
import classes from "./Settings.module.css";

/** The list of pages with its search, and the chosen page; on a phone one of the two. */
export function SettingsFrame({ pages }: { pages: readonly SettingsPage[] }) {
  const { t } = useTranslation("settings");
  const { page: chosen } = useParams();
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const allowed = useAllowedPages(pages);
  usePageTitle(t("title"));
  const page = allowed.find(({ id }) => id === chosen);
  const first = allowed[0];
  if (page === undefined && first !== undefined && (chosen !== undefined || !narrow)) {
    return <Navigate to={`/settings/${first.id}`} replace />;
  }
  return (
    <div className={classes.frame} data-page={page && ""}>
      <PageList pages={allowed} />
      <div className={classes.main}>
        <Link to="/settings" className={classes.back}>
          <IconChevronLeft size={18} stroke={1.75} aria-hidden="true" />
          {t("title")}
        </Link>
        {page && (
          <PartBoundary part={`settings-${page.id}`} key={page.id}>
            <Suspense fallback={<PageSkeleton />}>
              <page.Component />
            </Suspense>
          </PartBoundary>
        )}
      </div>
    </div>
  );
}

function PageList({ pages }: { pages: readonly SettingsPage[] }) {
  const { t } = useTranslation("settings");
  const [query, setQuery] = useState("");
  return (
    <nav className={classes.side} aria-label={t("title")}>
      <p className={classes.sideTitle}>{t("title")}</p>
      <TextInput
        type="search"
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && setQuery("")}
        aria-label={t("search.label")}
        placeholder={t("search.label")}
        leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
      />
      {query.trim() === "" ? (
        <>
          <Group pages={pages} group="own" />
          <Group pages={pages} group="company" />
        </>
      ) : (
        <Hits pages={pages} query={query} />
      )}
    </nav>
  );
}

function Group({ pages, group }: { pages: readonly SettingsPage[]; group: SettingsPage["group"] }) {
  const { t } = useTranslation("settings");
  const { i18n } = useTranslation(["settings", ...pages.map(({ namespace }) => namespace)]);
  const { page: chosen } = useParams();
  const found = pages.filter((page) => page.group === group);
  if (found.length === 0) return null;
  return (
    <div>
      <p className={classes.group}>{t(`group.${group}`)}</p>
      <ul className={classes.pages}>
        {found.map((page) => (
          <li key={page.id}>
            <Link
              to={`/settings/${page.id}`}
              className={classes.page}
              aria-current={page.id === chosen ? "page" : undefined}
            >
              <page.icon size={18} stroke={1.75} aria-hidden="true" />
              {page.texts(i18n.language).title}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Hits({ pages, query }: { pages: readonly SettingsPage[]; query: string }) {
  const { t } = useTranslation("settings");
  const hits = useSettingsSearch(pages, query);
  if (hits.length === 0) return <p className={classes.nothing}>{t("search.none")}</p>;
  return (
    <ul className={classes.pages} aria-label={t("search.results")}>
      {hits.map(({ page, pageTitle, setting }) => (
        <li key={`${page.id}#${setting?.id ?? ""}`}>
          <Link to={`/settings/${page.id}${setting ? `#${setting.id}` : ""}`} className={classes.page}>
            <page.icon size={18} stroke={1.75} aria-hidden="true" />
            <span className={classes.hit}>
              {setting?.label ?? pageTitle}
              {setting && <small>{pageTitle}</small>}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
