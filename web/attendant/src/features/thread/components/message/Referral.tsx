import { IconAd2, IconLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { safeHref } from "@/shared/text/markup";

import classes from "./message.module.css";

/** The advertisement, post or link that a customer came from. Its pictures stay where they are: nothing foreign is loaded. */
export function Referral({ referral }: { referral: NonNullable<Message["referral"]> }) {
  const { t } = useTranslation("thread");
  const href = referral.source_url ? safeHref(referral.source_url) : null;
  // A link of the company's own has a reference, and nothing of an advertisement.
  const byLink = Boolean(referral.ref) && ![referral.source_url, referral.source_id, referral.headline].some(Boolean);
  const Icon = byLink ? IconLink : IconAd2;
  const words = (
    <>
      <Icon size={18} aria-hidden className={classes.referralMark} />
      <span className={classes.quoteWords}>
        <span className={classes.label}>{t(byLink ? "referral_link" : "referral")}</span>
        {byLink && (
          <span className={classes.quoteText} dir="auto">
            {referral.ref}
          </span>
        )}
        {referral.headline && (
          <span className={classes.quoteAuthor} dir="auto">
            {referral.headline}
          </span>
        )}
        {referral.body && (
          <span className={classes.quoteText} dir="auto">
            {referral.body}
          </span>
        )}
      </span>
    </>
  );
  if (href === null) return <div className={classes.referral}>{words}</div>;
  return (
    <a className={classes.referral} href={href} target="_blank" rel="noopener noreferrer nofollow">
      {words}
    </a>
  );
}
