import { IconStar, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const HIGHEST = 5;

/** A rating from 1 to 5, as stars and in words. */
export function Stars({ value, size = 16 }: { value: number; size?: number }) {
  const { t } = useTranslation("ratings");
  return (
    <span role="img" aria-label={t("of_conversation", { value })} title={t("value", { value })}>
      {Array.from({ length: HIGHEST }, (_, at) =>
        at < value ? (
          <IconStarFilled key={at} size={size} color="var(--accent)" aria-hidden />
        ) : (
          <IconStar key={at} size={size} color="var(--text-3)" aria-hidden />
        ),
      )}
    </span>
  );
}
