/** How many messages, files and customers, in words: "10 mensagens, 2 arquivos e 1 cliente". */
import { useTranslation } from "react-i18next";

import type { components } from "@/shared/api/schema";

import { KINDS, type Kind } from "../model/retention";

type Preview = components["schemas"]["RetentionPreview"];

export function useAmounts() {
  const { t, i18n } = useTranslation("privacy");
  const number = new Intl.NumberFormat(i18n.language);
  const list = new Intl.ListFormat(i18n.language, { type: "conjunction" });
  const one = (kind: Kind, count: number, more: boolean) => {
    const n = more ? t("retention.more", { n: number.format(count) }) : number.format(count);
    return t(`retention.count.${kind}`, { count, n });
  };
  return {
    /** All of them. */
    counted: (amounts: Readonly<Record<Kind, number>>) =>
      list.format(KINDS.map((kind) => one(kind, amounts[kind], false))),
    /** Those that are more than none; null: none is. */
    estimated: (preview: Preview): string | null => {
      const some = KINDS.filter((kind) => preview[kind].about > 0);
      return some.length === 0
        ? null
        : list.format(some.map((kind) => one(kind, preview[kind].about, preview[kind].more)));
    },
  };
}
