import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { EmptyState } from "@/shared/ui/EmptyState";
import { usePageTitle } from "@/shared/ui/pageTitle";

export function NotFoundPage() {
  const { t } = useTranslation("app");
  usePageTitle(t("page.not_found.title"));
  return (
    <EmptyState
      title={t("page.not_found.title")}
      text={t("page.not_found.text")}
      drawing="search"
      action={
        <Button component={Link} to="/inbox/mine">
          {t("page.not_found.back")}
        </Button>
      }
    />
  );
}
