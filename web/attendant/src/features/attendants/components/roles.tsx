import { Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ROLES, type Role } from "../api/attendants";

function isRole(role: string): role is Role {
  return ROLES.some((known) => known === role);
}

/** A role in words; one that this version does not know is called as the server calls it. */
export function useRoleName(): (role: string) => string {
  const { t } = useTranslation("attendants");
  return (role) => (isRole(role) ? t(`role.${role}.name`) : role);
}

interface Props {
  role: string;
  onChange: (role: Role) => void;
  error?: string | undefined;
  /** One's own, which another administrator changes. */
  own?: boolean;
}

/** The roles, each with what it allows. */
export function RoleChoice({ role, onChange, error, own = false }: Props) {
  const { t } = useTranslation("attendants");
  return (
    <Radio.Group
      label={t("role.label")}
      value={role}
      error={error}
      description={own ? t("role.own") : undefined}
      onChange={(chosen) => {
        if (isRole(chosen)) onChange(chosen);
      }}
    >
      <Stack gap="xs" mt="xs">
        {ROLES.map((one) => (
          <Radio
            key={one}
            value={one}
            disabled={own}
            label={t(`role.${one}.name`)}
            description={t(`role.${one}.text`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
