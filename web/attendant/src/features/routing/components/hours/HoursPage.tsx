import { Badge, Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { EditorSkeleton, ItemGone, SettingsPageLayout } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { ListSkeleton } from "@/shared/ui/Skeletons";

import { useHoursNow } from "../../api/hours";
import { useItems } from "../../api/items";
import type { Hours } from "../../api/types";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { shortWeek } from "../../model/week";
import classes from "../routing.module.css";
import { HoursEditor } from "./HoursEditor";
import { OpenNow } from "./OpenNow";

const NEW = "new";

/** The company's hours, or those that are edited. */
export function HoursPage() {
  const { t } = useTranslation("hours");
  const { item } = useParams();
  const { data, error, isPending, isFetching, refetch } = useItems("hours");
  const edited = data?.find(({ id }) => id === item);
  if (data !== undefined && item !== undefined) {
    if (item !== NEW && edited === undefined) {
      return <ItemGone title={t("title")} text={t("gone")} list={{ to: "/settings/hours", name: t("title") }} />;
    }
    return <HoursEditor key={item} hours={edited ?? null} isFirst={data.length === 0} />;
  }
  if (isPending && item !== undefined) return <EditorSkeleton list={{ to: "/settings/hours", name: t("title") }} />;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <ListSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <HoursList hours={data} />}
    </SettingsPageLayout>
  );
}

function HoursList({ hours }: { hours: readonly Hours[] }) {
  const { t } = useTranslation("hours");
  const mayManage = useMay("settings:manage");
  const add = mayManage && (
    <Button
      component={Link}
      to="/settings/hours/new"
      size="sm"
      leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
    >
      {t("add")}
    </Button>
  );
  if (hours.length === 0) {
    return <EmptyState title={t("empty.title")} text={t("empty.text")} drawing="done" compact action={add} />;
  }
  return (
    <>
      {add}
      <ul className={classes.list} aria-label={t("title")}>
        {hours.map((one) => (
          <HoursRow key={one.id} hours={one} />
        ))}
      </ul>
      {!hours.some((one) => one.is_default) && <p className={classes.hint}>{t("no_default")}</p>}
    </>
  );
}

function HoursRow({ hours }: { hours: Hours }) {
  const { t } = useTranslation("hours");
  const { id, name, version, is_default: isDefault, intervals } = hours;
  const now = useHoursNow(id, version).data;
  const language = useOwnLanguage();
  const week = shortWeek(intervals).map(({ days, times }) => {
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return times;
    return `${days.length > 1 ? `${t(`short.${first}`)}–${t(`short.${last}`)}` : t(`short.${first}`)} ${times}`;
  });
  return (
    <li className={classes.row} data-link>
      <div className={classes.words}>
        <span className={classes.title}>
          <Link to={`/settings/hours/${id}`} className={classes.name}>
            <bdi>{name}</bdi>
          </Link>
          {isDefault && (
            <Badge size="sm" variant="light" tt="none">
              {t("default_badge")}
            </Badge>
          )}
        </span>
        <small>{week.length === 0 ? t("never_open") : week.join(" · ")}</small>
        {now !== undefined && <OpenNow open={now.open} words={now.words[language]?.state ?? ""} />}
      </div>
    </li>
  );
}
