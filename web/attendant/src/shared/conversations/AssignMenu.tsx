import { Group, Menu, TextInput } from "@mantine/core";
import { IconCheck, IconInbox } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useColleagues } from "@/shared/conversations/colleagues";
import { useAvailabilities } from "@/shared/routing/availability";
import { AvailabilityDot } from "@/shared/routing/AvailabilityDot";
import type { AvailabilityState } from "@/shared/routing/types";
import { useMe } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";
import { PersonName } from "@/shared/ui/SafeText";

interface Props {
  /** Whose it is now. */
  assigneeId: string | null;
  /** null: back to the queue. */
  onChoose: (to: { id: string; name: string } | null) => void;
}

const SEARCH_FROM = 8;

/** The items of a menu that gives a conversation to somebody; for a `Menu.Dropdown`. */
export function AssignMenuItems({ assigneeId, onChoose }: Props) {
  const { t } = useTranslation("assign");
  const me = useMe();
  const colleagues = useColleagues();
  const { people } = useAvailabilities();
  const [sought, setSought] = useState("");
  const others = colleagues.filter(({ id, name }) => id !== me.id && folded(name).includes(folded(sought)));
  return (
    <>
      <Menu.Label>{t("title")}</Menu.Label>
      {colleagues.length > SEARCH_FROM && (
        <TextInput
          size="xs"
          m={4}
          aria-label={t("search")}
          placeholder={t("search")}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {assigneeId !== me.id && (
        <Person id={me.id} name={t("me")} avatarName={me.name} current={assigneeId} onChoose={() => onChoose(me)} />
      )}
      {others.map((one) => (
        <Person
          key={one.id}
          id={one.id}
          name={one.name}
          current={assigneeId}
          state={people.find(({ id }) => id === one.id)?.state}
          onChoose={() => onChoose(one)}
        />
      ))}
      {assigneeId !== null && (
        <>
          <Menu.Divider />
          <Menu.Item leftSection={<IconInbox size={18} stroke={1.75} aria-hidden />} onClick={() => onChoose(null)}>
            {t("queue")}
          </Menu.Item>
        </>
      )}
    </>
  );
}

interface PersonProps {
  id: string;
  name: string;
  avatarName?: string;
  current: string | null;
  /** How available they are, where it is known. */
  state?: AvailabilityState | undefined;
  onChoose: () => void;
}

function Person({ id, name, avatarName = name, current, state, onChoose }: PersonProps) {
  return (
    <Menu.RadioItem
      value={id}
      checked={id === current}
      checkIcon={<IconCheck size={16} aria-hidden />}
      closeMenuOnClick
      onChange={() => {
        if (id !== current) onChoose();
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <Avatar id={id} name={avatarName} size={22} />
        <PersonName name={name} />
        {state !== undefined && <AvailabilityDot state={state} />}
      </Group>
    </Menu.RadioItem>
  );
}

/** Case and accents do not matter. */
function folded(text: string): string {
  return neutralName(text).normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
