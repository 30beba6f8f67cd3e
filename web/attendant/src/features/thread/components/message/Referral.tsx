import { IconAd2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { safeHref } from "@/shared/text/markup";

import classes from "./message.module.css";

/** The advertisement or post that a customer came from. Its pictures stay where they are: nothing foreign is loaded. */
export function Referral({ referral }: { referral: NonNullable<Message["referral"]> }) {
  const { t } = useTranslation("thread");
  const href = referral.source_url ? safeHref(referral.source_url) : null;
  const words = (
    <>
      <IconAd2 size={18} aria-hidden className={classes.referralMark} />
      <span className={classes.quoteWords}>
        <span className={classes.label}>{t("referral")}</span>
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
