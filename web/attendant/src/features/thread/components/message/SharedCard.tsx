import {
  IconAt,
  IconExternalLink,
  IconHistoryToggle,
  IconMessage2,
  IconMovie,
  IconPhoto,
  IconShare3,
  type Icon,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Attachment, Message } from "@/shared/api/types";
import { safeHref } from "@/shared/text/markup";
import { serverClock } from "@/shared/time/clock";

import { useThreadActions } from "../../hooks/threadContext";
import { isExpired, isVideo, sharedFileOf, type Shared } from "../../model/context";
import { OtherStrand } from "../OtherStrand";
import classes from "./message.module.css";

const ICONS = {
  story_reply: IconHistoryToggle,
  story_mention: IconAt,
  story: IconHistoryToggle,
  post: IconPhoto,
  reel: IconMovie,
  share: IconShare3,
  link: IconShare3,
  comment: IconMessage2,
} satisfies Record<string, Icon>;

/** What a message is about: a story, a post, a comment. What is not here any more is said. */
export function SharedCard({ shared, message }: { shared: Shared; message: Message }) {
  const { t } = useTranslation("thread");
  const { contactId, isPublic } = useThreadActions();
  const type = (Object.keys(ICONS) as (keyof typeof ICONS)[]).find((one) => one === shared.type);
  const TypeIcon = type === undefined ? IconShare3 : ICONS[type];
  const file = sharedFileOf(message);
  const expired = isExpired(shared, message.occurred_at, serverClock.now());
  const href = shared.url && !expired ? safeHref(shared.url) : null;
  const missing = file === undefined ? expired : file.state === "failed";
  return (
    <div className={classes.shared} data-shared={shared.type}>
      {file?.state === "ready" && <Picture file={file} />}
      <span className={classes.quoteWords}>
        <span className={classes.label}>
          <TypeIcon size={14} aria-hidden />
          <span>{t(`shared.${type ?? "other"}`)}</span>
        </span>
        {shared.title && (
          <span className={classes.quoteText} dir="auto">
            {shared.title}
          </span>
        )}
        {file?.state === "pending" && <span className={classes.sharedMore}>{t("shared.pending")}</span>}
        {missing && shared.type.startsWith("story") && (
          <span className={classes.sharedMore}>{t("shared.expired")}</span>
        )}
        {shared.type === "comment" && !isPublic && (
          <span className={classes.sharedMore}>
            <OtherStrand contactId={contactId} isPublic={false} />
          </span>
        )}
        {href !== null && (
          <a className={classes.sharedLink} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {t("shared.open")} <IconExternalLink size={12} aria-hidden />
          </a>
        )}
      </span>
    </div>
  );
}

function Picture({ file }: { file: Attachment }) {
  const { t } = useTranslation("thread");
  const [broken, setBroken] = useState(false);
  if (broken) return null;
  const video = isVideo(file) && !file.thumbnail_url;
  return (
    <a
      className={classes.sharedPicture}
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={t("shared.picture")}
    >
      {video ? (
        <video src={`${file.url}#t=0.1`} preload="metadata" muted playsInline tabIndex={-1} />
      ) : (
        <img src={file.thumbnail_url ?? file.url} alt="" loading="lazy" onError={() => setBroken(true)} />
      )}
    </a>
  );
}
