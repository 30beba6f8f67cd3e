import { Button } from "@mantine/core";
import { IconFlask, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
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
import type { Rule, Warning } from "../../api/types";
import { useRuleWords } from "../../hooks/useRuleWords";
import { draftOf, MAX_RULES } from "../../model/rules";
import { EnabledSwitch } from "../EnabledSwitch";
import classes from "../routing.module.css";
import { SortableList } from "../SortableList";
import { Circles } from "./Circles";
import { DryRunPanel } from "./DryRunPanel";
import { RuleEditor } from "./RuleEditor";
import rules from "./rules.module.css";

const NEW = "new";

/** The assignment rules in their order, or the one that is edited. */
export function RulesPage() {
  const { t } = useTranslation("rules");
  const { item } = useParams();
  const { data, error, isPending, isFetching, refetch } = useItems("assignment-rules");
  const [warnings, setWarnings] = useState<readonly Warning[]>([]);
  const edited = data?.find(({ id }) => id === item);
  if (data !== undefined && item !== undefined) {
    if (item !== NEW && edited === undefined) {
      return <ItemGone title={t("title")} text={t("gone")} list={{ to: "/settings/rules", name: t("title") }} />;
    }
    return <RuleEditor key={item} rule={edited ?? null} rules={data} warn={setWarnings} />;
  }
  if (isPending && item !== undefined) return <EditorSkeleton list={{ to: "/settings/rules", name: t("title") }} />;
  return (
    <SettingsPageLayout title={t("title")} text={t("text")} wide>
      {isPending && <ListSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data !== undefined && <RuleList rules={data} warnings={warnings} />}
    </SettingsPageLayout>
  );
}

function RuleList({ rules: list, warnings }: { rules: readonly Rule[]; warnings: readonly Warning[] }) {
  const { t } = useTranslation("rules");
  const mayManage = useMay("settings:manage");
  const order = useOrderItems("assignment-rules");
  const problemText = useProblemText();
  const [testing, setTesting] = useState(false);
  const full = list.length >= MAX_RULES;
  const add = mayManage && !full && (
    <Button
      component={Link}
      to="/settings/rules/new"
      size="sm"
      leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
    >
      {t("add")}
    </Button>
  );
  if (list.length === 0) {
    return <EmptyState title={t("empty.title")} text={t("empty.text")} drawing="search" compact action={add} />;
  }
  return (
    <>
      <div className={classes.head}>
        {add}
        <Button
          size="sm"
          variant="default"
          leftSection={<IconFlask size={18} stroke={1.75} aria-hidden />}
          aria-expanded={testing}
          onClick={() => setTesting(!testing)}
        >
          {t("dry.open")}
        </Button>
      </div>
      <p className={classes.order}>{full ? t("limit", { count: MAX_RULES }) : t("order_help")}</p>
      <Circles warnings={warnings} rules={list} />
      <SortableList
        items={list}
        label={t("title")}
        mayMove={mayManage}
        off={({ enabled }) => !enabled}
        onOrder={(items) =>
          order.mutate(items, {
            onError: (error) => notifyFailed(t("failed"), problemText(error).text, problemText(error).code),
          })
        }
      >
        {(rule) => <RuleRow rule={rule} />}
      </SortableList>
      {testing && <DryRunPanel drafts={list.map(draftOf)} />}
    </>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const { t } = useTranslation("rules");
  const { when, then } = useRuleWords()(rule);
  const { id, name, goes_on: goesOn } = rule;
  return (
    <>
      <div className={classes.words}>
        <Link to={`/settings/rules/${id}`} className={classes.name}>
          <bdi>{name}</bdi>
        </Link>
        <small>
          {when} <b className={rules.arrow}>→</b> {then}
          {goesOn && ` · ${t("goes_on.short")}`}
        </small>
      </div>
      <EnabledSwitch kind="assignment-rules" item={rule} label={t("toggle", { name })} failed={t("failed")} />
    </>
  );
}
