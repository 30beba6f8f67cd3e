import { Button, Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LoginPage } from "@/features/auth";
import { RealtimeProvider } from "@/shared/realtime/RealtimeProvider";
import { useSession, useSessionState } from "@/shared/session/SessionProvider";

/** Shows the client to whoever is signed in, and the sign-in page to everybody else, at the same address. */
export function SessionGate({ children }: { children: ReactNode }) {
  const state = useSessionState();
  if (state.status === "signed_in") return <RealtimeProvider>{children}</RealtimeProvider>;
  if (state.status === "signed_out") return <LoginPage expired={state.reason === "expired"} />;
  if (state.status === "unreachable") return <Unreachable />;
  return null;
}

function Unreachable() {
  const { t } = useTranslation("app");
  const session = useSession();
  return (
    <Center h="100%" p="md">
      <Stack gap="sm" maw={420} role="alert">
        <Title order={1} size="lg">
          {t("unreachable.title")}
        </Title>
        <Text c="dimmed">{t("unreachable.text")}</Text>
        <Button onClick={() => void session.start()}>{t("unreachable.retry")}</Button>
      </Stack>
    </Center>
  );
}
