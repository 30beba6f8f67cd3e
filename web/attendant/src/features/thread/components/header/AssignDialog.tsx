import { IconInbox } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation } from "@/shared/api/types";
import { useColleagues } from "@/shared/conversations/colleagues";
import { useMe } from "@/shared/session/SessionProvider";
import { Avatar } from "@/shared/ui/Avatar";
import { ChoiceDialog } from "@/shared/ui/ChoiceDialog";
import { PersonName } from "@/shared/ui/SafeText";

import classes from "./header.module.css";

interface Props {
  opened: boolean;
  conversation: Conversation;
  close: () => void;
  /** null: back to the queue. */
  assign: (to: { id: string; name: string } | null) => void;
}

/** In the place of a colleague's id. */
const QUEUE = "queue";

/** Who goes on with the conversation: by name, with the arrows and Enter. */
export function AssignDialog({ opened, ...rest }: Props) {
  return opened ? <Opened {...rest} /> : null;
}

function Opened({ conversation, close, assign }: Omit<Props, "opened">) {
  const { t } = useTranslation("thread");
  const me = useMe();
  const colleagues = useColleagues();
  const holder = conversation.assignee?.id;
  const others = colleagues.filter((one) => one.id !== me.id).sort((a, b) => a.name.localeCompare(b.name));
  // Who has it already does not transfer it to themselves.
  const own = holder === me.id ? [] : [{ id: me.id, name: me.name }];
  const queue = holder === undefined ? [] : [{ id: QUEUE, name: t("action.release") }];
  return (
    <ChoiceDialog
      title={t("assign.title")}
      search={t("assign.search")}
      nothing={t("assign.nobody")}
      close={close}
      choices={[...own, ...others, ...queue].map((person) => ({
        id: person.id,
        text: person.name,
        checked: person.id === holder,
        shown: (
          <span className={classes.person}>
            {person.id === QUEUE ? (
              <IconInbox size={28} stroke={1.5} aria-hidden />
            ) : (
              <Avatar id={person.id} name={person.name} size={28} />
            )}
            <span className={classes.personName}>
              <PersonName name={person.name} />
            </span>
            {person.id === me.id && <span className={classes.personMore}>{t("you")}</span>}
          </span>
        ),
      }))}
      onChoose={({ id, text }) => {
        if (id === QUEUE) assign(null);
        else if (id !== holder) assign({ id, name: text });
      }}
    />
  );
}
