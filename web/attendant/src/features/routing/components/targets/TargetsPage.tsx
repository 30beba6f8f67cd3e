import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { EditorSkeleton, ItemGone, SettingsPageLayout } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { ListSkeleton } from "@/shared/ui/Skeletons";
import { notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useItems, useOrderItems } from "../../api/items";
import type { Target } from "../../api/types";
import { useNames } from "../../hooks/useNames";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { amountOf, minutesOf, TARGETS } from "../../model/targets";
import { EnabledSwitch } from "../EnabledSwitch";
import classes from "../routing.module.css";
import { SortableList } from "../SortableList";
import { TargetEditor } from "./TargetEditor";

const NEW = "new";

/** Service targets in their order, or the one that is edited. */
export function TargetsPage() {
  const { t } = useTranslation("targets");
  const { item } = useParams();
  const { data, error, isPending, isFetching, refetch } = useItems("service-levels");
  const edited = data?.find(({ id }) => id === item);
  if (data !== undefined && item !== undefined) {
    if (item !== NEW && edited === undefined) {
      return <ItemGone title={t("title")} text={t("gone")} list={{ to: "/settings/targets", name: t("title") }} />;
    }
    return <TargetEditor key={item} target={edited ?? null} />;
  }
  if (isPending && item !== undefined) return <EditorSkeleton list={{ to: "/settings/targets", name: t("title") }} />;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {isPending && <ListSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <TargetList targets={data} />}
    </SettingsPageLayout>
  );
}

function TargetList({ targets }: { targets: readonly Target[] }) {
  const { t } = useTranslation("targets");
  const mayManage = useMay("settings:manage");
  const order = useOrderItems("service-levels");
  const problemText = useProblemText();
  const add = mayManage && (
    <Button
      component={Link}
      to="/settings/targets/new"
      size="sm"
      leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
    >
      {t("add")}
    </Button>
  );
  if (targets.length === 0) {
    return <EmptyState title={t("empty.title")} text={t("empty.text")} drawing="done" compact action={add} />;
  }
  return (
    <>
      {add}
      <p className={classes.order}>{t("order_help")}</p>
      <SortableList
        items={targets}
        label={t("title")}
        mayMove={mayManage}
        off={({ enabled }) => !enabled}
        onOrder={(items) =>
          order.mutate(items, {
            onError: (error) => notifyFailed(t("failed"), problemText(error).text, problemText(error).code),
          })
        }
      >
        {(target) => <TargetRow target={target} />}
      </SortableList>
    </>
  );
}

function TargetRow({ target }: { target: Target }) {
  const { t } = useTranslation("targets");
  const language = useOwnLanguage();
  const names = useNames();
  const { id, name } = target;
  const promised = TARGETS.flatMap((one) => {
    const minutes = minutesOf(target, one);
    return minutes === null ? [] : [`${t(`target.${one}`)}: ${amountOf(minutes, language)}`];
  });
  const of = [
    ...target.team_ids.map((one) => names.nameOf("team", one)),
    ...target.channels.map((one) => names.nameOf("channel", one)),
    ...target.account_ids.map((one) => names.nameOf("account", one)),
    ...target.label_ids.map((one) => names.nameOf("label", one)),
    ...target.priorities.map((one) => names.nameOf("priority", one)),
  ];
  return (
    <>
      <div className={classes.words}>
        <Link to={`/settings/targets/${id}`} className={classes.name}>
          <bdi>{name}</bdi>
        </Link>
        <small>{of.length === 0 ? t("of_all") : of.join(" · ")}</small>
        <small>{promised.join(" · ")}</small>
      </div>
      <EnabledSwitch kind="service-levels" item={target} label={t("toggle", { name })} failed={t("failed")} />
    </>
  );
}
