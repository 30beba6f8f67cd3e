import { Menu } from "@mantine/core";
import { IconArrowsSort, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { ORDERS, usualOrder, type Order, type View } from "@/shared/conversations/filter";
import { IconButton } from "@/shared/ui/IconButton";

import type { Narrowing } from "../model/address";

interface Props {
  view: View;
  searching: boolean;
  narrowing: Narrowing;
  onChange: (narrowing: Narrowing) => void;
}

const NAMES = { "-last_activity": "order.latest", waiting_since: "order.waiting" } as const;

/** In which order the list stands; the view's usual one is not said in the address. */
export function OrderMenu({ view, searching, narrowing, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const usual = usualOrder(view, searching);
  const { order = usual, ...rest } = narrowing;
  const choose = (chosen: Order) => onChange(chosen === usual ? rest : { ...rest, order: chosen });
  return (
    <Menu position="bottom-end" width={224}>
      <Menu.Target>
        <IconButton size={28} label={t("order.label", { order: t(NAMES[order]) })}>
          <IconArrowsSort size={18} stroke={1.75} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {ORDERS.map((one) => (
          <Menu.RadioItem
            key={one}
            value={one}
            checked={one === order}
            checkIcon={<IconCheck size={16} aria-hidden />}
            closeMenuOnClick
            onChange={() => choose(one)}
          >
            {t(NAMES[one])}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
