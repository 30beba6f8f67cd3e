import { Group, Menu, UnstyledButton } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PRIORITIES } from "@/shared/conversations/filter";
import { neutralName } from "@/shared/text/neutral";
import { Avatar } from "@/shared/ui/Avatar";
import { ChannelMark } from "@/shared/ui/ChannelMark";

import type { FilterOptions } from "../hooks/useFilterOptions";
import type { Narrowing } from "../model/address";
import classes from "./Toolbar.module.css";

interface Props {
  narrowing: Narrowing;
  onChange: (narrowing: Narrowing) => void;
}

export function UnreadChip({ narrowing, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const { unread, ...rest } = narrowing;
  const on = unread === true;
  return (
    <UnstyledButton
      className={classes.chip}
      aria-pressed={on}
      onClick={() => onChange(on ? rest : { ...rest, unread: true })}
    >
      {t("filter.unread")}
    </UnstyledButton>
  );
}

/** A kind of channel, or one account of it. */
export function ChannelChip({ narrowing, options, onChange }: Props & { options: FilterOptions }) {
  const { t } = useTranslation("inbox");
  const { channel, accountId, ...rest } = narrowing;
  const account = options.accounts.find(({ id }) => id === accountId);
  const kind = options.kinds.find((one) => one.kind === channel);
  const chosen =
    accountId !== undefined ? (account?.name ?? t("filter.unknown_account")) : channel && (kind?.name ?? channel);
  return (
    <ChipMenu label={t("filter.channel")} chosen={chosen || undefined} onClear={() => onChange(rest)}>
      {options.kinds.length > 1 &&
        options.kinds.map((one) => (
          <Choice
            key={one.kind}
            chosen={one.kind === channel}
            icon={<ChannelMark kind={one.kind} />}
            name={one.name}
            onChoose={() => onChange({ ...rest, channel: one.kind })}
          />
        ))}
      {options.accounts.length > 0 && <Menu.Label>{t("filter.accounts")}</Menu.Label>}
      {options.accounts.map((one) => (
        <Choice
          key={one.id}
          chosen={one.id === accountId}
          icon={<ChannelMark kind={one.kind} />}
          name={one.name}
          onChoose={() => onChange({ ...rest, accountId: one.id })}
        />
      ))}
    </ChipMenu>
  );
}

export function AssigneeChip({ narrowing, options, onChange }: Props & { options: FilterOptions }) {
  const { t } = useTranslation("inbox");
  const { assignee, ...rest } = narrowing;
  const names: Record<string, string> = { me: t("filter.me"), none: t("filter.nobody") };
  const colleague = options.colleagues.find(({ id }) => id === assignee);
  const chosen = assignee && (names[assignee] ?? (neutralName(colleague?.name ?? "") || t("filter.unknown_attendant")));
  const choose = (value: string) => onChange({ ...rest, assignee: value });
  return (
    <ChipMenu label={t("filter.assignee")} chosen={chosen} onClear={() => onChange(rest)}>
      <Choice chosen={assignee === "none"} name={t("filter.nobody")} onChoose={() => choose("none")} />
      <Choice chosen={assignee === "me"} name={t("filter.me")} onChoose={() => choose("me")} />
      {options.colleagues.map(({ id, name }) => (
        <Choice
          key={id}
          chosen={id === assignee}
          icon={<Avatar id={id} name={name} size={20} />}
          name={neutralName(name)}
          onChoose={() => choose(id)}
        />
      ))}
    </ChipMenu>
  );
}

export function TeamChip({ narrowing, options, onChange }: Props & { options: FilterOptions }) {
  const { t } = useTranslation("inbox");
  const { team, ...rest } = narrowing;
  const known = options.teams.find(({ id }) => id === team);
  return (
    <ChipMenu
      label={t("filter.team")}
      chosen={team && (neutralName(known?.name ?? "") || t("filter.unknown_team"))}
      onClear={() => onChange(rest)}
    >
      {options.teams.map(({ id, name }) => (
        <Choice
          key={id}
          chosen={id === team}
          name={neutralName(name)}
          onChoose={() => onChange({ ...rest, team: id })}
        />
      ))}
    </ChipMenu>
  );
}

export function PriorityChip({ narrowing, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const { priority, ...rest } = narrowing;
  return (
    <ChipMenu
      label={t("filter.priority")}
      chosen={priority && t(`priority.${priority}`)}
      onClear={() => onChange(rest)}
    >
      {PRIORITIES.map((one) => (
        <Choice
          key={one}
          chosen={one === priority}
          name={t(`priority.${one}`)}
          onChoose={() => onChange({ ...rest, priority: one })}
        />
      ))}
    </ChipMenu>
  );
}

/** Threads that everybody can read, or those with one customer alone. */
export function PublicChip({ narrowing, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const { public: seen, ...rest } = narrowing;
  const names = { public: t("public.public"), private: t("public.private") };
  return (
    <ChipMenu
      label={t("public.label")}
      chosen={seen === undefined ? undefined : names[seen ? "public" : "private"]}
      onClear={() => onChange(rest)}
    >
      {(["public", "private"] as const).map((one) => (
        <Choice
          key={one}
          chosen={seen === (one === "public")}
          name={names[one]}
          onChoose={() => onChange({ ...rest, public: one === "public" })}
        />
      ))}
    </ChipMenu>
  );
}

interface ChipMenuProps {
  label: string;
  /** What it is narrowed to. */
  chosen: string | undefined;
  onClear: () => void;
  children: ReactNode;
}

function ChipMenu({ label, chosen, onClear, children }: ChipMenuProps) {
  const { t } = useTranslation("inbox");
  return (
    <Menu position="bottom-start" width={224}>
      <Menu.Target>
        <UnstyledButton
          className={classes.chip}
          data-on={chosen !== undefined || undefined}
          aria-label={chosen === undefined ? label : `${label}: ${chosen}`}
        >
          <bdi className={classes.chosen}>{chosen ?? label}</bdi>
          <IconChevronDown size={14} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.options}>
        <Choice chosen={chosen === undefined} name={t("filter.any")} onChoose={onClear} />
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoiceProps {
  chosen: boolean;
  icon?: ReactNode;
  name: string;
  onChoose: () => void;
}

function Choice({ chosen, icon, name, onChoose }: ChoiceProps) {
  return (
    <Menu.RadioItem
      value={name}
      checked={chosen}
      checkIcon={<IconCheck size={16} aria-hidden />}
      closeMenuOnClick
      onChange={onChoose}
    >
      <Group gap="xs" wrap="nowrap">
        {icon}
        <bdi>{name}</bdi>
      </Group>
    </Menu.RadioItem>
  );
}
