import { Badge, Button, TextInput } from "@mantine/core";
import { IconArchive, IconPencil, IconPlus, IconRestore } from "@tabler/icons-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { SettingsPageLayout } from "@/features/settings";
import type { Reply } from "@/shared/replies/replies";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyFailed, undoable } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useReplies, useReplyActions } from "../api/replies";
import { ReplyEditor } from "./ReplyEditor";
import classes from "./replies.module.css";

/** The texts that one has ready: one's own, and those of everybody. */
export function RepliesPage() {
  const { t } = useTranslation("replies");
  const [words, setWords] = useState("");
  const asked = useDeferredValue(words.trim());
  const { data, error, isPending, isFetching, refetch } = useReplies(asked);
  const [edited, setEdited] = useState<Reply | "new" | null>(null);
  const make = (
    <Button leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />} onClick={() => setEdited("new")}>
      {t("add")}
    </Button>
  );
  return (
    <SettingsPageLayout title={t("title")} text={t("text")}>
      {data !== undefined && (data.length > 0 || asked !== "") && (
        <div className={classes.tools}>
          <TextInput
            type="search"
            className={classes.search}
            aria-label={t("search")}
            placeholder={t("search")}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          {make}
        </div>
      )}
      {isPending && <PageSkeleton />}
      {data === undefined && error && (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      )}
      {data?.length === 0 &&
        (asked === "" ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} action={make} compact />
        ) : (
          <EmptyState title={t("none.title")} text={t("none.text")} compact />
        ))}
      {data !== undefined && data.length > 0 && (
        <ul className={classes.list} aria-label={t("title")}>
          {data.map((one) => (
            <Row key={one.id} one={one} edit={() => setEdited(one)} />
          ))}
        </ul>
      )}
      {edited !== null && (
        <ReplyEditor
          one={edited === "new" ? null : (data?.find(({ id }) => id === edited.id) ?? edited)}
          close={() => setEdited(null)}
        />
      )}
    </SettingsPageLayout>
  );
}

function Row({ one, edit }: { one: Reply; edit: () => void }) {
  const { t } = useTranslation("replies");
  const manager = useMay("settings:manage");
  const problemText = useProblemText();
  const { archive } = useReplyActions();
  const set = (archived: boolean, done?: () => void) =>
    archive.mutate(
      { id: one.id, archived },
      {
        onSuccess: () => done?.(),
        onError: (error) => {
          const { text, code } = problemText(error);
          notifyFailed(t("failed"), text, code);
        },
      },
    );
  const mayChange = one.scope === "personal" || manager;
  return (
    <li className={classes.row} data-archived={one.archived || undefined}>
      <div className={classes.words}>
        <span className={classes.name}>
          <span className={classes.shortcut}>{one.shortcut}</span> {one.title}
          {one.scope === "everyone" && (
            <Badge size="sm" variant="light" tt="none">
              {t("scope.everyone")}
            </Badge>
          )}
          {one.archived && (
            <Badge size="sm" variant="light" color="gray" tt="none">
              {t("archived")}
            </Badge>
          )}
        </span>
        <small className={classes.excerpt}>{one.body || one.attachments.map(({ name }) => name).join(", ")}</small>
      </div>
      <small className={classes.uses}>{t("uses", { count: one.usage_count })}</small>
      {mayChange && (
        <>
          <IconButton label={t("edit", { name: one.shortcut })} onClick={edit}>
            <IconPencil size={18} stroke={1.75} aria-hidden />
          </IconButton>
          <IconButton
            label={t(one.archived ? "restore" : "archive", { name: one.shortcut })}
            onClick={() =>
              one.archived
                ? set(false)
                : set(true, () =>
                    undoable({ message: t("archived_now", { name: one.shortcut }), undo: () => set(false) }),
                  )
            }
          >
            {one.archived ? (
              <IconRestore size={18} stroke={1.75} aria-hidden />
            ) : (
              <IconArchive size={18} stroke={1.75} aria-hidden />
            )}
          </IconButton>
        </>
      )}
    </li>
  );
}
