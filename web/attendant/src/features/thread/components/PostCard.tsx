import { Anchor } from "@mantine/core";
import { IconExternalLink, IconWorld } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { safeHref } from "@/shared/text/markup";

import { OtherStrand } from "./OtherStrand";
import classes from "./post.module.css";

interface Props {
  conversation: Conversation;
}

/** What the public comments below are about, that everybody reads them, and the way to the person's private conversation. */
export function PostCard({ conversation }: Props) {
  const { t } = useTranslation("thread");
  const post = conversation.thread?.post;
  const href = post?.url ? safeHref(post.url) : null;
  return (
    <aside className={classes.card} aria-label={t("public.post")}>
      {post?.attachment_id && <Picture key={post.attachment_id} id={post.attachment_id} />}
      <div className={classes.words}>
        <p className={classes.kind}>
          <IconWorld size={14} aria-hidden />
          <span>{t("public.explain")}</span>
        </p>
        <p className={classes.text} dir="auto">
          {post?.text ?? <span className={classes.none}>{t("public.no_text")}</span>}
        </p>
        <p className={classes.links}>
          {href !== null && (
            <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" inherit>
              {t("public.open_post")} <IconExternalLink size={12} aria-hidden />
            </Anchor>
          )}
          <OtherStrand contactId={conversation.contact.id} isPublic />
        </p>
      </div>
    </aside>
  );
}

function Picture({ id }: { id: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return null;
  return (
    <img
      className={classes.picture}
      src={`/api/v1/attachments/${encodeURIComponent(id)}/content`}
      alt=""
      loading="lazy"
      onError={() => setBroken(true)}
    />
  );
}
