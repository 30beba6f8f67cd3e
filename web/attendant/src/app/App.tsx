import { MantineProvider } from "@mantine/core";
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
import { lazyPart } from "@/shared/ui/lazyPart";
import { useSettled } from "@/shared/ui/settled";

// What is said before it is there waits for it.
const Notices = lazyPart(async () => (await import("@/app/Notices")).Notices);

interface Props {
  session: Session;
  queryClient: QueryClient;
}

export function App({ session, queryClient }: Props) {
  const { theme: chosen, listWidth } = usePreferences();
  const scheme = chosen === "system" ? {} : { forceColorScheme: chosen };
  const settled = useSettled();
  useAppearance();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
      {...scheme}
    >
      {settled && (
        <Suspense fallback={null}>
          <Notices listWidth={listWidth} />
        </Suspense>
      )}
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
