import { Button } from "@mantine/core";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { usePhone } from "../phonePanel";

/** For empty places: opens the customer's phone. Nothing where the server has none. */
export function TryAsCustomer({ variant = "default" }: { variant?: "default" | "filled" | "subtle" }) {
  const { t } = useTranslation("sandbox");
  const phone = usePhone();
  if (phone === null) return null;
  return (
    <Button
      variant={variant}
      leftSection={<IconDeviceMobile size={18} stroke={1.75} aria-hidden />}
      onClick={() => phone.show()}
      data-guide="phone"
    >
      {t("try")}
    </Button>
  );
}
