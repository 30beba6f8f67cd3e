import { Tooltip } from "@mantine/core";
import { IconArrowMerge, IconBan, IconMail, IconPhone, IconSpeakerphone } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { neutralName } from "@/shared/text/neutral";
import { phoneText } from "@/shared/text/phone";
import { Avatar } from "@/shared/ui/Avatar";
import { CopyIcon } from "@/shared/ui/CopyIcon";
import { PersonName } from "@/shared/ui/SafeText";

import classes from "./customer.module.css";
import { Labels } from "./Labels";

/** What is known of the person: name, how they are reached and how sure that is, labels, what they have refused. */
export function Facts({ contact, merged }: { contact: Contact; merged: boolean }) {
  const { t } = useTranslation("customer");
  const name = neutralName(contact.name ?? "");
  return (
    <header className={classes.facts}>
      <div className={classes.who}>
        <Avatar id={contact.id} name={name} size={48} picture={contact.avatar_url} />
        <h2 className={classes.name}>
          <PersonName name={name} fallback={t("no_name")} />
        </h2>
        {name !== "" && <CopyIcon value={name} label={t("copy_name")} />}
      </div>
      <Labels contact={contact} />
      {contact.blocked && (
        <Notice danger icon={<IconBan size={16} aria-hidden />}>
          {t("blocked")}
        </Notice>
      )}
      {contact.marketing === "stopped" && (
        <Notice icon={<IconSpeakerphone size={16} aria-hidden />}>{t("marketing_stopped")}</Notice>
      )}
      {merged && <Notice icon={<IconArrowMerge size={16} aria-hidden />}>{t("merged")}</Notice>}
      <dl className={classes.contacts}>
        <Reach of="phone" known={contact.phone} status={contact.phone_status} claimed={contact.claimed_phone} />
        <Reach of="email" known={contact.email} status={contact.email_status} claimed={contact.claimed_email} />
      </dl>
    </header>
  );
}

function Notice({ children, icon, danger = false }: { children: ReactNode; icon: ReactNode; danger?: boolean }) {
  return (
    <p className={classes.notice} data-danger={danger || undefined}>
      {icon}
      <span>{children}</span>
    </p>
  );
}

interface ReachProps {
  of: "phone" | "email";
  known: string | null | undefined;
  /** Whether a channel has proven it (also in copies of earlier releases) or an attendant wrote it down. */
  status: "verified" | "given" | null | undefined;
  claimed: string | null | undefined;
}

/** What the channel vouches for, and what the person only says; the same value is shown once. */
function Reach({ of, known, status, claimed }: ReachProps) {
  const { t } = useTranslation("customer");
  const Icon = of === "phone" ? IconPhone : IconMail;
  const values = [
    ...(known ? [{ value: known, sure: status ?? ("verified" as const) }] : []),
    ...(claimed && claimed !== known ? [{ value: claimed, sure: "claimed" as const }] : []),
  ];
  return (
    <div className={classes.reach}>
      <dt>
        <Icon size={18} stroke={1.75} role="img" aria-label={t(of)} />
      </dt>
      {values.length === 0 && (
        <dd className={classes.unknown}>
          <span title={t(`unknown.${of}`)}>—</span>
        </dd>
      )}
      {values.map(({ value, sure }) => (
        <dd key={sure} className={classes.value}>
          <span className={classes.valueText}>
            <bdi dir="ltr">{of === "phone" ? phoneText(value) : value}</bdi>
            <Tooltip label={t(`help.${sure}`)} multiline maw={260}>
              <small data-sure={sure} tabIndex={0}>
                {t(sure)}
              </small>
            </Tooltip>
          </span>
          <CopyIcon value={value} label={t(`copy.${of}`)} />
        </dd>
      ))}
    </div>
  );
}
