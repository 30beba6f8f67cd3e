import { Alert, Button, Group } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { CopyIcon } from "@/shared/ui/CopyIcon";

import classes from "./attendants.module.css";

/** What somebody needs to sign in, with a password that is shown this once. */
export function Credentials({ email, password, close }: { email: string; password: string; close: () => void }) {
  const { t } = useTranslation("attendants");
  const address = window.location.origin;
  const whole = t("added.message", { address, email, password });
  return (
    <div className={classes.form}>
      <Alert color="gray" variant="light" icon={<IconKey size={18} aria-hidden />}>
        {t("added.once")}
      </Alert>
      <dl className={classes.secrets}>
        {[
          { label: t("added.address"), value: address },
          { label: t("add.email"), value: email },
          { label: t("added.password"), value: password },
        ].map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <code>{value}</code>
              <CopyIcon value={value} label={t("added.copy", { what: label })} />
            </dd>
          </div>
        ))}
      </dl>
      <Group justify="space-between" gap="xs">
        <span className={classes.copyAll}>
          {t("added.copy_all")}
          <CopyIcon value={whole} label={t("added.copy_all")} />
        </span>
        <Button onClick={close} data-autofocus>
          {t("added.done")}
        </Button>
      </Group>
    </div>
  );
}
