import { useTranslation } from "react-i18next";

import type { Header } from "../../api/ledgerTypes";
import classes from "./deliveries.module.css";

/** Headers of a request or an answer; folded, since the body is what one looks for. */
export function HeaderList({ headers }: { headers: readonly Header[] }) {
  const { t } = useTranslation("deliveries");
  if (headers.length === 0) return null;
  return (
    <details className={classes.headers}>
      <summary>{t("headers", { count: headers.length })}</summary>
      <dl translate="no">
        {headers.map(({ name, value }, place) => (
          <div key={place}>
            <dt>{name}</dt>
            <dd>{value ?? <em>{t("hidden")}</em>}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
