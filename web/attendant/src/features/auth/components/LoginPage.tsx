import { Button, Center, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/shared/session/SessionProvider";

/** `expired`: the person was signed in before, so what they did is kept and they are told why they see this. */
export function LoginPage({ expired }: { expired: boolean }) {
  const { t } = useTranslation("auth");
  const session = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Center h="100%" component="main">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void session.login(email, password);
        }}
      >
        <Stack w={340}>
          <Title order={1} size="xl">
            {t("title")}
          </Title>
          {expired && <Text c="dimmed">{t("expired")}</Text>}
          <TextInput
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            type="email"
            label={t("email")}
            autoComplete="username"
            required
          />
          <PasswordInput
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            label={t("password")}
            autoComplete="current-password"
            required
          />
          <Button type="submit">{t("submit")}</Button>
        </Stack>
      </form>
    </Center>
  );
}
