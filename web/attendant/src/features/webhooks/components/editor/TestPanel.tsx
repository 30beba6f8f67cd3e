import { Button, Select } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ErrorState } from "@/shared/ui/ErrorState";

import { useEventTypes, useTestWebhook } from "../../api/endpoints";
import type { Header, TestResult, Webhook } from "../../api/types";
import { isChosen } from "../../model/patterns";
import { Json } from "../Json";
import marks from "../webhooks.module.css";
import classes from "./editor.module.css";

interface Props {
  webhook: Webhook;
  unsaved: boolean;
}

/** Sends a real request at once, and shows what was answered, as it was answered. */
export function TestPanel({ webhook, unsaved }: Props) {
  const { t } = useTranslation("webhooks");
  const [type, setType] = useState<string | null>(null);
  const types = (useEventTypes().data ?? []).filter((one) => isChosen(webhook.event_types, one.type));
  const test = useTestWebhook(webhook.id);
  return (
    <div role="group" aria-label={t("test.title")}>
      <div className={classes.inline}>
        <Select
          size="sm"
          w={260}
          aria-label={t("test.type")}
          placeholder="webhook.test"
          clearable
          searchable
          value={type}
          data={types.map((one) => one.type)}
          onChange={setType}
        />
        <Button
          size="sm"
          variant="light"
          loading={test.isPending}
          leftSection={<IconSend size={18} stroke={1.75} aria-hidden />}
          onClick={() => test.mutate(type)}
        >
          {t("test.send")}
        </Button>
        {unsaved && <small className={marks.muted}>{t("test.unsaved")}</small>}
      </div>
      {test.error && <ErrorState error={test.error} compact />}
      {test.data !== undefined && <Result result={test.data} />}
    </div>
  );
}

function Result({ result: { attempt, request } }: { result: TestResult }) {
  const { t, i18n } = useTranslation("webhooks");
  const good = attempt.outcome === "delivered";
  const Icon = good ? IconCircleCheck : IconCircleX;
  const lines = (headers: readonly Header[]) =>
    headers.map(({ name, value }) => `${name}: ${value ?? t("test.hidden")}`).join("\n");
  return (
    <div className={classes.result} role="status">
      <p className={classes.outcome}>
        <Icon size={18} stroke={1.75} className={marks.mark} data-mark={good ? "good" : "bad"} aria-hidden />
        <b>{t(`outcome.${attempt.outcome}`, { status: attempt.status })}</b>
        <span>{t("test.took", { ms: new Intl.NumberFormat(i18n.language).format(attempt.ms) })}</span>
      </p>
      {attempt.error !== null && <p className={marks.wrong}>{attempt.error}</p>}
      {attempt.trouble !== null && <p className={marks.muted}>{t("test.trouble", { words: attempt.trouble })}</p>}
      <div className={classes.parts}>
        <div>
          <h3>{t("test.sent_headers")}</h3>
          <Json value={lines(request.headers)} label={t("test.sent_headers")} />
          <h3>{t("test.sent_body")}</h3>
          <Json value={request.body ?? "—"} label={t("test.sent_body")} />
        </div>
        <div>
          <h3>{t("test.got_headers")}</h3>
          <Json value={lines(attempt.answer_headers) || "—"} label={t("test.got_headers")} />
          <h3>{t("test.got_body")}</h3>
          <Json value={attempt.answer || "—"} label={t("test.got_body")} />
        </div>
      </div>
    </div>
  );
}
