import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { Suspense } from "react";

import { SessionGate } from "@/app/SessionGate";
import { useAppearance } from "@/app/useAppearance";
import type { Session } from "@/shared/session/session";
import { styleNonce } from "@/shared/security/contentPolicy";
import { SessionProvider } from "@/shared/session/SessionProvider";
import { usePreferences } from "@/shared/storage/preferences";
import { cssVariables, theme } from "@/shared/theme/theme";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import classes from "./App.module.css";

interface Props {
  session: Session;
  queryClient: QueryClient;
}

export function App({ session, queryClient }: Props) {
  const { theme: chosen, listWidth } = usePreferences();
  const scheme = chosen === "system" ? {} : { forceColorScheme: chosen };
  useAppearance();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
      {...scheme}
    >
      {/* Not over the field where one writes. */}
      <Notifications
        position="bottom-left"
        className={classes.notifications}
        __vars={{ "--list-width": `${listWidth}px` }}
      />
      <PartBoundary part="client">
        <QueryClientProvider client={queryClient}>
          <SessionProvider session={session}>
            <Suspense fallback={null}>
              <SessionGate />
            </Suspense>
          </SessionProvider>
        </QueryClientProvider>
      </PartBoundary>
    </MantineProvider>
  );
}
