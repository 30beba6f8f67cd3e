import { Badge, Button, Switch, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Setting } from "@/features/settings";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useErasures, type Receipt } from "../api/privacy";
import classes from "./privacy.module.css";
import { ReceiptDialog } from "./ReceiptDialog";

/** Whom somebody asked to be erased, and those who went by the retention period. */
export function Erasures() {
  const { t } = useTranslation("privacy");
  const [everybody, setEverybody] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const { data, error, isPending, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useErasures(everybody);
  return (
    <Setting id="erasures" label={t("erasures.label")} help={t("erasures.help")} wide>
      <div className={classes.stack}>
        <Switch
          checked={everybody}
          onChange={({ currentTarget }) => setEverybody(currentTarget.checked)}
          label={t("erasures.automatic")}
        />
        {isPending && <Bar height={40} />}
        {data === undefined && error && (
          <ErrorState
            error={error}
            title={t("erasures.failed")}
            retry={() => void refetch()}
            retrying={isFetching}
            compact
          />
        )}
        {data?.length === 0 && <Text c="var(--text-2)">{t("erasures.none")}</Text>}
        <ul className={classes.list}>
          {data?.map((one) => (
            <Row key={one.id} receipt={one} open={() => setShown(one.id)} />
          ))}
        </ul>
        {hasNextPage && (
          <Button variant="default" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
            {t("erasures.more")}
          </Button>
        )}
      </div>
      <ReceiptDialog id={shown} close={() => setShown(null)} />
    </Setting>
  );
}

function Row({ receipt, open }: { receipt: Receipt; open: () => void }) {
  const { t } = useTranslation("privacy");
  const style = useTimeStyle();
  const { automatic, reason, asked_at, asked_by, state } = receipt;
  const who = automatic ? t("log.system") : (asked_by.name ?? "");
  return (
    <li>
      <UnstyledButton className={classes.row} onClick={open}>
        <span className={classes.grow}>{automatic ? t("erasures.by_policy") : reason}</span>
        <Text span size="sm" c="var(--text-2)">
          {[exactTime(asked_at, style), who].filter(Boolean).join(" · ")}
        </Text>
        <Badge variant="light" color={state === "done" ? "teal" : "gray"} tt="none">
          {t(`state.${state}`)}
        </Badge>
      </UnstyledButton>
    </li>
  );
}
