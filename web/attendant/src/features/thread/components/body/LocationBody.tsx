import { IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MessageOf } from "@/shared/api/types";

import classes from "./body.module.css";

/** A place as a card with a link to a map. No map is loaded: nobody outside learns where a customer is. */
export function LocationBody({ message }: { message: MessageOf<"location"> }) {
  const { t } = useTranslation("thread");
  if (!("latitude" in message.content)) return null;
  const { latitude, longitude, name, address } = message.content;
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <a className={classes.card} href={href} target="_blank" rel="noopener noreferrer">
      <span className={classes.fileType} aria-hidden>
        <IconMapPin size={22} />
      </span>
      <span className={classes.cardWords}>
        <bdi className={classes.cardTitle}>{name ?? t("location.place")}</bdi>
        <span className={classes.cardMore}>{address ?? where}</span>
      </span>
    </a>
  );
}
