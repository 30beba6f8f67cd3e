import { IconShoppingBag } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import classes from "./body.module.css";
import { TextBody } from "./TextBody";

type Item = Extract<MessageOf<"order">["content"], { items: unknown }>["items"][number];

/** What a customer wants to buy, with its sum where all prices are of one currency. */
export function OrderBody({ message }: { message: MessageOf<"order"> }) {
  const { t, i18n } = useTranslation("thread");
  if (!("items" in message.content)) return <TextBody text={message.text} />;
  const { items } = message.content;
  const total = totalOf(items);
  return (
    <>
      <span className={classes.label}>
        <IconShoppingBag size={14} aria-hidden /> {t("order.label", { count: items.length })}
      </span>
      <TextBody text={message.text} />
      <ul className={classes.rows}>
        {items.map((item, index) => (
          <li key={index}>
            {item.quantity ?? 1} × {item.sku ?? "—"}
            <small className={classes.footer}>{money(item.price, item.currency, i18n.language)}</small>
          </li>
        ))}
      </ul>
      {total !== null && (
        <strong className={classes.header}>
          {t("order.total", { total: money(total.sum, total.currency, i18n.language) })}
        </strong>
      )}
    </>
  );
}

function totalOf(items: Item[]): { sum: number; currency: string } | null {
  const [first] = items;
  const currency = first?.currency;
  if (!currency || items.some((item) => item.currency !== currency || item.price === null || item.price === undefined))
    return null;
  return { sum: items.reduce((sum, item) => sum + (item.price ?? 0) * (item.quantity ?? 1), 0), currency };
}

function money(amount: number | null | undefined, currency: string | null | undefined, language: string): string {
  if (amount === null || amount === undefined) return "—";
  try {
    return new Intl.NumberFormat(language, currency ? { style: "currency", currency } : {}).format(amount);
  } catch {
    return `${amount} ${currency ?? ""}`; // a currency that no ISO table has
  }
}
