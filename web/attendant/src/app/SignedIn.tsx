import { useState } from "react";
import { RouterProvider } from "react-router/dom";

import { createRoutes } from "@/app/routes";
import { useClientInfo } from "@/shared/api/clientInfo";
import { RealtimeProvider } from "@/shared/realtime/RealtimeProvider";
import { ZoneProvider } from "@/shared/time/times";

/** All pages, live, in the company's time zone. */
export function SignedIn() {
  const [router] = useState(createRoutes);
  const info = useClientInfo();
  return (
    <ZoneProvider zone={info?.time_zone}>
      <RealtimeProvider>
        <RouterProvider router={router} />
      </RealtimeProvider>
    </ZoneProvider>
  );
}
