import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Template } from "@/shared/api/types";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useSyncTemplates, useTemplates } from "../api/channels";
import { qualityMark, type Mark } from "../model/health";
import classes from "./channels.module.css";
import { MarkIcon, Section } from "./parts";

const MARKS: Record<Template["status"], Mark> = {
  approved: "good",
  pending: "warning",
  rejected: "bad",
  paused: "warning",
  disabled: "bad",
  other: "unknown",
};

/** The account's approved messages: which may be sent, and how each looks. */
export function Templates({ accountId, mayManage }: { accountId: string; mayManage: boolean }) {
  const { t } = useTranslation("channels");
  const problemText = useProblemText();
  const { data, error, isFetching, refetch } = useTemplates(accountId);
  const sync = useSyncTemplates(accountId);
  const failed = (problem: unknown) => {
    const { title, text, code } = problemText(problem);
    notifyFailed(title, text, code);
  };
  return (
    <Section title={t("templates.title")} text={t("templates.text")}>
      {mayManage && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} stroke={1.75} aria-hidden />}
          loading={sync.isPending}
          onClick={() =>
            sync.mutate(undefined, { onSuccess: () => notifyDone(t("templates.synced")), onError: failed })
          }
        >
          {t("templates.sync")}
        </Button>
      )}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data === undefined && !error && <Bar height={56} />}
      {data?.length === 0 && <p className={classes.help}>{t("templates.none")}</p>}
      {data !== undefined && data.length > 0 && (
        <ul className={classes.templates}>
          {data.map((template) => (
            <li key={`${template.name} ${template.language}`}>
              <TemplateRow template={template} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function TemplateRow({ template }: { template: Template }) {
  const { t } = useTranslation("channels");
  const quality = qualityMark(template.quality);
  return (
    <details className={classes.template}>
      <summary>
        <span className={classes.rowName}>
          <strong>{template.name}</strong>
          <span>
            {[template.language.replace("_", "-"), categoryOf(template.category)].join(" · ")}
            {quality !== "unknown" && ` · ${t(`templates.quality.${quality}`)}`}
          </span>
        </span>
        <span className={classes.status} data-mark={MARKS[template.status]}>
          <MarkIcon mark={MARKS[template.status]} />
          {t(`templates.status.${template.status}`)}
        </span>
      </summary>
      {template.reason && <p className={classes.help}>{t("templates.reason", { reason: template.reason })}</p>}
      {template.unsendable && <p className={classes.help}>{t("templates.unsendable")}</p>}
      <Preview template={template} />
    </details>
  );

  function categoryOf(category: string): string {
    const known = category.toLowerCase();
    return known === "utility" || known === "marketing" || known === "authentication"
      ? t(`templates.category.${known}`)
      : category;
  }
}

/** As the customer sees it; what is filled in when it is sent stands as a field. */
function Preview({ template: { layout } }: { template: Template }) {
  const { t } = useTranslation("channels");
  if (!layout) return <p className={classes.help}>{t("templates.no_preview")}</p>;
  const { header, body, footer, buttons } = layout;
  return (
    <div className={classes.preview} aria-label={t("templates.preview")} role="group">
      {header?.kind === "text" && header.text && (
        <strong>
          <Filled text={header.text} />
        </strong>
      )}
      {header && header.kind !== "text" && (
        <span className={classes.previewFile}>{t(`templates.header.${header.kind}`)}</span>
      )}
      <p>
        <Filled text={body} />
      </p>
      {footer && <small>{footer}</small>}
      {buttons.map(({ title }, at) => (
        <span key={at} className={classes.previewButton}>
          {title}
        </span>
      ))}
    </div>
  );
}

function Filled({ text }: { text: string }) {
  return text.split(/(\{\{[^{}]+\}\})/).map((piece, at) =>
    piece.startsWith("{{") ? (
      <span key={at} className={classes.placeholder}>
        {piece.slice(2, -2)}
      </span>
    ) : (
      piece
    ),
  );
}
