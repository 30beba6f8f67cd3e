import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "@/shared/storage/preferences";
import { CopyIcon } from "@/shared/ui/CopyIcon";

import type { Channel, ChannelKind, LocalizedText } from "../api/channels";
import { MARKS, overall, type Mark } from "../model/health";
import classes from "./channels.module.css";

const ICONS = { good: IconCircleCheck, warning: IconAlertTriangle, bad: IconCircleX, unknown: IconHelpCircle };

/** Good, doubtful, bad or unknown; the words stand beside it. */
export function MarkIcon({ mark }: { mark: Mark }) {
  const Icon = ICONS[mark];
  return <Icon size={18} stroke={1.75} className={classes.mark} data-mark={mark} aria-hidden />;
}

export function StatusWord({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const found = overall(channel);
  return (
    <span className={classes.status} data-mark={MARKS[found]}>
      <MarkIcon mark={MARKS[found]} />
      {t(`status.${found}`)}
    </span>
  );
}

/** The words of the API in the person's language. */
export function useLocalized(): (text: LocalizedText) => string {
  const { language } = usePreferences();
  return (text) => text[language];
}

export function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2 className={classes.sectionTitle}>{title}</h2>
      {text !== undefined && <p className={classes.sectionText}>{text}</p>}
      {children}
    </section>
  );
}

/** What is pasted at the provider, each with where to paste it. */
export function ValuesToCopy({ channel, kind }: { channel: Channel; kind: ChannelKind }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const values = { webhook_url: channel.webhook_url, verify_token: channel.verify_token ?? null };
  return (
    <dl className={classes.values}>
      {kind.copy.map(({ what, label, help }) => {
        const value = values[what];
        return (
          <div key={what}>
            <dt>{words(label)}</dt>
            <dd className={classes.copied}>
              <code>{value ?? "—"}</code>
              {value !== null && <CopyIcon value={value} label={t("copy", { what: words(label) })} />}
            </dd>
            <dd className={classes.help}>{words(help)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
