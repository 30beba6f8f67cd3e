import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import classes from "./InboxPage.module.css";

interface Props {
  narrow: boolean;
  close: () => void;
  children: ReactNode;
}

/** The customer over the thread, where they have no room beside it. */
export function CustomerSheet({ narrow, close, children }: Props) {
  const { t } = useTranslation("app");
  return (
    <Drawer
      opened
      onClose={close}
      position={narrow ? "bottom" : "right"}
      size={narrow ? "85%" : 340}
      title={t("panes.customer")}
      closeButtonProps={{ "aria-label": t("actions.close") }}
      classNames={{ body: classes.sheet ?? "" }}
    >
      {children}
    </Drawer>
  );
}
