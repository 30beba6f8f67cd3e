import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { EditorSkeleton, ItemGone, SettingsPageLayout } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { ListSkeleton } from "@/shared/ui/Skeletons";

import { useItems } from "../../api/items";
import type { Team } from "../../api/types";
import classes from "../routing.module.css";
import { TeamEditor } from "./TeamEditor";

const NEW = "new";

/** Teams, or the one that is edited. */
export function TeamsPage() {
  const { t } = useTranslation("teams");
  const { item } = useParams();
  const { data, error, isPending, isFetching, refetch } = useItems("teams");
  const edited = data?.find(({ id }) => id === item);
  if (data !== undefined && item !== undefined) {
    if (item !== NEW && edited === undefined) {
      return <ItemGone title={t("title")} text={t("gone")} list={{ to: "/settings/teams", name: t("title") }} />;
    }
    return <TeamEditor key={item} team={edited ?? null} />;
  }
  if (isPending && item !== undefined) return <EditorSkeleton list={{ to: "/settings/teams", name: t("title") }} />;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <ListSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <TeamList teams={data} />}
    </SettingsPageLayout>
  );
}

function TeamList({ teams }: { teams: readonly Team[] }) {
  const { t } = useTranslation("teams");
  const mayManage = useMay("settings:manage");
  const add = mayManage && (
    <Button component={Link} to="/settings/teams/new" leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}>
      {t("add")}
    </Button>
  );
  if (teams.length === 0) {
    return <EmptyState title={t("empty.title")} text={t("empty.text")} drawing="conversations" compact action={add} />;
  }
  return (
    <>
      {add}
      <ul className={classes.list} aria-label={t("title")}>
        {teams.map((team) => (
          <TeamRow key={team.id} team={team} />
        ))}
      </ul>
    </>
  );
}

function TeamRow({ team }: { team: Team }) {
  const { t } = useTranslation("teams");
  const hours = useItems("hours").data?.find(({ id }) => id === team.hours_id);
  const { id, name, members, strategy, limit } = team;
  const facts = [
    members.length === 0 ? t("row.nobody") : t("row.members", { count: members.length }),
    t(`strategy.${strategy}`),
    ...(limit === null ? [] : [t("row.limit", { count: limit })]),
    ...(hours === undefined ? [] : [hours.name]),
  ];
  return (
    <li className={classes.row} data-link>
      <div className={classes.words}>
        <Link to={`/settings/teams/${id}`} className={classes.name}>
          <bdi>{name}</bdi>
        </Link>
        <small>{facts.join(" · ")}</small>
      </div>
    </li>
  );
}
