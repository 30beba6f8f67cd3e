import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { RouterProvider } from "react-router/dom";

import { createRoutes } from "@/app/routes";
import { SessionGate } from "@/app/SessionGate";
import type { Session } from "@/shared/session/session";
import { SessionProvider } from "@/shared/session/SessionProvider";
import { usePreferences } from "@/shared/storage/preferences";
import { cssVariables, theme } from "@/shared/theme/theme";

interface Props {
  session: Session;
  queryClient: QueryClient;
}

export function App({ session, queryClient }: Props) {
  const [router] = useState(createRoutes);
  const { theme: chosen } = usePreferences();
  const scheme = chosen === "system" ? {} : { forceColorScheme: chosen };
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" {...scheme}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <SessionProvider session={session}>
          <Suspense fallback={null}>
            <SessionGate>
              <RouterProvider router={router} />
            </SessionGate>
          </Suspense>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
