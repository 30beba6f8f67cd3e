import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useAllDrafts, type OwnDraft } from "@/shared/conversations/useAllDrafts";
import { useLiveSession } from "@/shared/realtime/RealtimeProvider";
import { RelativeTime } from "@/shared/time/times";
import { EmptyState } from "@/shared/ui/EmptyState";
import { IconButton } from "@/shared/ui/IconButton";
import { undoable } from "@/shared/ui/notify";

import { CustomerLink, CustomerPicture } from "./CustomerLink";
import { UnsentFrame } from "./UnsentFrame";
import classes from "./unsent.module.css";

/** What the person has begun to write, in all conversations. */
export function DraftsPage({ back }: { back: boolean }) {
  const { t } = useTranslation("unsent");
  const drafts = useAllDrafts();
  return (
    <UnsentFrame title={t("drafts.title")} about={t("drafts.about")} back={back}>
      {drafts.length === 0 ? (
        <EmptyState title={t("drafts.none")} text={t("drafts.none_text")} drawing="done" />
      ) : (
        <div className={classes.section}>
          <ul className={classes.list}>
            {drafts.map((draft) => (
              <Row key={`${draft.conversationId}/${draft.mode}`} draft={draft} />
            ))}
          </ul>
        </div>
      )}
    </UnsentFrame>
  );
}

function Row({ draft }: { draft: OwnDraft }) {
  const { t } = useTranslation("unsent");
  const { drafts } = useLiveSession();
  const { conversationId, mode, text, files, at } = draft;
  const remove = () => {
    drafts.clear(conversationId, mode);
    undoable({ message: t("drafts.removed"), undo: () => drafts.set(conversationId, mode, draft) });
  };
  const facts = [
    mode === "note" && t("note"),
    files.length > 0 && t("files", { count: files.length }),
    draft.synced !== true && t("drafts.here"),
  ].filter((fact) => fact !== false);
  return (
    <li className={classes.row}>
      <CustomerPicture conversationId={conversationId} />
      <div className={classes.words}>
        <div className={classes.line}>
          <CustomerLink conversationId={conversationId} />
          <RelativeTime at={new Date(at).toISOString()} className={classes.time} />
        </div>
        {text.trim() !== "" && (
          <span className={classes.text} dir="auto">
            {text.trim().slice(0, 500)}
          </span>
        )}
        {facts.length > 0 && <span className={classes.facts}>{facts.join(" · ")}</span>}
      </div>
      <span className={classes.buttons}>
        <IconButton label={t("drafts.remove")} size={28} onClick={remove}>
          <IconTrash size={16} aria-hidden />
        </IconButton>
      </span>
    </li>
  );
}
