import { useTranslation } from "react-i18next";

import { useFilesOf } from "../api/record";
import { FileRow, isListed, isVisual, Tile } from "./Files";
import classes from "./customer.module.css";
import { Section } from "./Section";

const NOT_SHOWN = () => false;

/** Files of the customer's other conversations, on every channel, the newest first. */
export function OtherFiles({ contactId, current }: { contactId: string; current?: string }) {
  const { t } = useTranslation("customer");
  const { data } = useFilesOf(contactId);
  const files = (data?.items ?? []).filter(
    ({ attachment, conversation_id: id }) => isListed(attachment) && id !== current,
  );
  if (files.length === 0) return null;
  const pictures = files.filter(({ attachment }) => isVisual(attachment));
  return (
    <Section title={t("files.other")}>
      <ul className={classes.gallery}>
        {pictures.map(({ attachment, created_at: at }) => (
          <li key={attachment.id}>
            <Tile file={attachment} at={at} enlarge={NOT_SHOWN} />
          </li>
        ))}
      </ul>
      <ul className={classes.files}>
        {files
          .filter(({ attachment }) => !isVisual(attachment))
          .map(({ attachment, created_at: at }) => (
            <li key={attachment.id}>
              <FileRow file={attachment} at={at} />
            </li>
          ))}
      </ul>
    </Section>
  );
}
