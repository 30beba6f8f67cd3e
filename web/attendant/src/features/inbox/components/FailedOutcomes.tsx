import { Button, List } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import type { BulkOutcome } from "@/shared/conversations/bulk";
import { neutralName } from "@/shared/text/neutral";

import { reasonOf } from "../model/bulk";
import classes from "./BulkBar.module.css";

const SHOWN = 5;

interface Props {
  conversations: readonly Conversation[];
  failed: readonly BulkOutcome[];
  /** With how many it can be tried once more. */
  again: number;
  retry: () => void;
}

/** Why an action was not done with some of the selected conversations: a line for each. */
export function FailedOutcomes({ conversations, failed, again, retry }: Props) {
  const { t } = useTranslation("desk");
  const [all, setAll] = useState(false);
  const names = new Map(conversations.map((one) => [one.id, neutralName(one.contact.name ?? "") || `#${one.number}`]));
  const shown = all ? failed : failed.slice(0, SHOWN);
  return (
    <>
      <List size="sm" spacing={2} className={classes.outcomes}>
        {shown.map((one) => (
          <List.Item key={one.id}>
            <bdi>{names.get(one.id)}</bdi>: {t(`bulk.reason.${reasonOf(one)}`)}
          </List.Item>
        ))}
      </List>
      <div className={classes.outcomeButtons}>
        {failed.length > shown.length && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setAll(true)}>
            {t("bulk.others", { count: failed.length - shown.length })}
          </Button>
        )}
        {again > 0 && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t("bulk.retry", { count: again })}
          </Button>
        )}
      </div>
    </>
  );
}
