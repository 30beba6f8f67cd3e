import { Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { VISIBILITIES, type Role, type Visibility } from "../api/attendants";

interface Props {
  role: string;
  visibility: Visibility;
  onChange: (visibility: Visibility) => void;
}

/** Which conversations the person sees. Only attendants can be limited. */
export function VisibilityChoice({ role, visibility, onChange }: Props) {
  const { t } = useTranslation("attendants");
  if (role !== LIMITABLE) return null;
  return (
    <Radio.Group
      label={t("visibility.label")}
      value={visibility}
      onChange={(chosen) => onChange(chosen === "own" ? "own" : "all")}
    >
      <Stack gap="xs" mt="xs">
        {VISIBILITIES.map((one) => (
          <Radio key={one} value={one} label={t(`visibility.${one}.name`)} description={t(`visibility.${one}.text`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

const LIMITABLE: Role = "attendant";

/** What is asked for with a role: others than attendants see everything. */
export function visibilityWith(role: string, visibility: Visibility): Visibility {
  return role === LIMITABLE ? visibility : "all";
}
