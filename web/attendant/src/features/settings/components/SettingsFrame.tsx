import { TextInput } from "@mantine/core";
import { IconChevronLeft, IconSearch } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate, useParams } from "react-router";
import { useMediaQuery } from "@mantine/hooks";

import { PartBoundary } from "@/shared/ui/PartBoundary";
import { ListSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useAllowedPages, useSettingsSearch } from "../hooks/useSettingsTexts";
import type { SettingsPage } from "../page";
import type { FoundSetting } from "../search";
import classes from "./Settings.module.css";
import { SettingsPageLayout } from "./SettingsParts";

/** The list of pages with its search, and the chosen page; on a phone one of the two. */
export function SettingsFrame({ pages }: { pages: readonly SettingsPage[] }) {
  const { t } = useTranslation("settings");
  const { page: chosen } = useParams();
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const allowed = useAllowedPages(pages);
  const { i18n } = useTranslation(["settings", ...pages.map(({ namespace }) => namespace)]);
  const page = allowed.find(({ id, to }) => id === chosen && to === undefined);
  usePageTitle(page === undefined ? t("title") : `${page.texts(i18n.language).title} · ${t("title")}`);
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
            <Suspense fallback={<Waiting title={page.texts(i18n.language).title} />}>
              <page.Component />
            </Suspense>
          </PartBoundary>
        )}
      </div>
    </div>
  );
}

/** A page whose code is still on its way. */
function Waiting({ title }: { title: string }) {
  return (
    <SettingsPageLayout title={title}>
      <ListSkeleton />
    </SettingsPageLayout>
  );
}

function PageList({ pages }: { pages: readonly SettingsPage[] }) {
  const { t } = useTranslation("settings");
  const [query, setQuery] = useState("");
  const navigate = useNavigate();
  const hits = useSettingsSearch(pages, query);
  const openFirst = () => {
    if (hits[0]) void navigate(addressOf(hits[0]));
  };
  return (
    <nav className={classes.side} aria-label={t("title")}>
      <p className={classes.sideTitle}>{t("title")}</p>
      <TextInput
        type="search"
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setQuery("");
          if (event.key === "Enter") openFirst();
        }}
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
        <Hits hits={hits} />
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
              to={page.to ?? `/settings/${page.id}`}
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

function addressOf({ page, setting }: FoundSetting): string {
  return `${page.to ?? `/settings/${page.id}`}${setting ? `#${setting.id}` : ""}`;
}

function Hits({ hits }: { hits: readonly FoundSetting[] }) {
  const { t } = useTranslation("settings");
  if (hits.length === 0) return <p className={classes.nothing}>{t("search.none")}</p>;
  return (
    <ul className={classes.pages} aria-label={t("search.results")}>
      {hits.map((hit) => (
        <li key={addressOf(hit)}>
          <Link to={addressOf(hit)} className={classes.page}>
            <hit.page.icon size={18} stroke={1.75} aria-hidden="true" />
            <span className={classes.hit}>
              {hit.setting?.label ?? hit.pageTitle}
              {hit.setting && <small>{hit.pageTitle}</small>}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
