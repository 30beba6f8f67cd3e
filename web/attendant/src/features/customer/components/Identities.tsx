import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";

import { useIdentities } from "../api/record";
import classes from "./record.module.css";
import { Section } from "./Section";

/** By what the customer is known, and how sure that is. */
export function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { data } = useIdentities(contact);
  if (data === undefined) return null;
  return (
    <Section title={t("identities.title")}>
      {data.items.length === 0 && <p className={classes.hint}>{t("identities.none")}</p>}
      <ul className={classes.list}>
        {oncePerValue(data.items).map(({ best, accounts }) => (
          <li key={`${best.kind} ${best.value}`} className={classes.identity}>
            {best.channel && (
              <ChannelMark kind={best.channel} size={14} {...(best.account_name && { name: best.account_name })} />
            )}
            <bdi dir="ltr">{best.kind === "phone" ? phoneText(best.value) : best.value}</bdi>
            <small data-status={best.status} title={t(`help.${best.status}`)}>
              {[t(best.status), ...accounts].join(" · ")}
            </small>
          </li>
        ))}
      </ul>
    </Section>
  );
}

type Identity = NonNullable<ReturnType<typeof useIdentities>["data"]>["items"][number];

const SURENESS: readonly string[] = ["verified", "given", "claimed"];

/** The same phone or e-mail is one line, whether it is in the record, proven by a channel, or both. Pure. */
export function oncePerValue(items: readonly Identity[]): { best: Identity; accounts: string[] }[] {
  const byValue = Map.groupBy(items, ({ kind, value }) => `${kind} ${value.toLowerCase()}`);
  return [...byValue.values()].flatMap((same) => {
    const [best] = [...same].sort((a, b) => SURENESS.indexOf(a.status) - SURENESS.indexOf(b.status));
    const accounts = new Set(same.flatMap(({ account_name: name }) => name ?? []));
    return best === undefined ? [] : [{ best, accounts: [...accounts] }];
  });
}
