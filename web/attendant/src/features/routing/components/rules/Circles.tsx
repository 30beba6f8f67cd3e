import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Warning } from "../../api/types";
import rules from "./rules.module.css";

interface Props {
  warnings: readonly Warning[];
  rules: readonly { id: string; name: string }[];
}

/** Which rules make each other true; said with their names, and with the way to each. */
export function Circles({ warnings, rules: list }: Props) {
  const { t } = useTranslation("rules");
  const circles = warnings.filter(({ code }) => code === "rules_circle");
  if (circles.length === 0) return null;
  return (
    <div className={rules.notice} role="status">
      <IconAlertTriangle size={18} stroke={1.75} aria-hidden />
      <div>
        <b>{t("circle.title")}</b>
        <p>{t("circle.text")}</p>
        <ul className={rules.circles}>
          {circles.map(({ ids }) => (
            <li key={ids.join(" ")}>
              {[...ids, ...ids.slice(0, 1)]
                .map((id) => list.find((one) => one.id === id)?.name ?? t("circle.this"))
                .join(" → ")}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
