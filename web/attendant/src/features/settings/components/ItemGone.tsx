import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { EmptyState } from "@/shared/ui/EmptyState";

import { SettingsPageLayout } from "./SettingsParts";

interface Props {
  title: string;
  text: string;
  list: { to: string; name: string };
}

/** What stands at the address of an item that is not there any more. */
export function ItemGone({ title, text, list }: Props) {
  const { t } = useTranslation("routing");
  const back = (
    <Button component={Link} to={list.to} variant="default">
      {t("form.to_list", { name: list.name })}
    </Button>
  );
  return (
    <SettingsPageLayout title={title}>
      <EmptyState title={text} compact action={back} />
    </SettingsPageLayout>
  );
}
