import { Anchor, Center, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function NotFoundPage() {
  const { t } = useTranslation("app");
  return (
    <Center h="100%" component="main">
      <Stack gap="xs">
        <Title order={1} size="lg">
          {t("page.not_found.title")}
        </Title>
        <Text c="dimmed">{t("page.not_found.text")}</Text>
        <Anchor component={Link} to="/inbox/mine">
          {t("page.not_found.back")}
        </Anchor>
      </Stack>
    </Center>
  );
}
