import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Message } from "@/shared/api/types";
import { useShownMarks } from "@/shared/marks/catalogue";
import { MarkChip } from "@/shared/marks/MarkChip";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";

import { useThreadActions } from "../../hooks/threadContext";
import classes from "./message.module.css";

/** The tags of a message, under its bubble; a click changes them. */
export function Tags({ message }: { message: Message }) {
  return message.tags.length === 0 ? null : <Shown message={message} />;
}

function Shown({ message }: { message: Message }) {
  const { t } = useTranslation("marks");
  const style = useTimeStyle();
  const { tag, cannotTag } = useThreadActions();
  const tags = useShownMarks("tag", message.tags);
  if (tags.length === 0) return null;
  const hindrance = cannotTag(message);
  const chips = tags.map((one) => {
    const put = message.tags.find(({ id }) => id === one.id);
    const title =
      put?.set_by?.name && put.set_at
        ? t("on.put_by", { name: one.name, by: put.set_by.name, at: exactTime(put.set_at, style) })
        : one.name;
    return <MarkChip key={one.id} mark={one} title={title} />;
  });
  return hindrance === null ? (
    <UnstyledButton className={classes.tags} aria-label={label()} onClick={() => tag([message.id])}>
      {chips}
    </UnstyledButton>
  ) : (
    <span className={classes.tags} role="img" aria-label={label()} title={hindrance}>
      {chips}
    </span>
  );

  function label(): string {
    return `${t("on.tags")}: ${tags.map(({ name }) => name).join(", ")}`;
  }
}
