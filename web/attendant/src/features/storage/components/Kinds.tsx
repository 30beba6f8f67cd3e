import { useTranslation } from "react-i18next";

import { fileSize } from "@/shared/text/fileSize";

import type { KindUse } from "../api/storage";
import { percent } from "./Meter";
import classes from "./storage.module.css";

const NAMED = ["image", "video", "audio", "document", "thumbnail", "prepared"] as const;

/** What takes the room, the largest first, each with its share of the whole. */
export function Kinds({ kinds }: { kinds: readonly KindUse[] }) {
  const { t, i18n } = useTranslation("storage");
  const total = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <table className={classes.kinds}>
      <thead>
        <tr>
          <th scope="col">{t("kinds.kind")}</th>
          <th scope="col">{t("kinds.files")}</th>
          <th scope="col">{t("kinds.size")}</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map(({ kind, bytes, files }) => {
          const named = NAMED.find((one) => one === kind);
          const share = total === 0 ? 0 : bytes / total;
          return (
            <tr key={kind}>
              <th scope="row">
                {named === undefined ? kind : t(`kinds.name.${named}`)}
                <span className={classes.share}>
                  <span className={classes.track} aria-hidden>
                    <span style={{ inlineSize: `${share * 100}%` }} />
                  </span>
                  <small className="numbers">{percent(share, i18n.language)}</small>
                </span>
              </th>
              <td className="numbers">{new Intl.NumberFormat(i18n.language).format(files)}</td>
              <td className="numbers">{fileSize(bytes, i18n.language)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
