/** The addresses of the client. Each page is a chunk of its own. */
import { createBrowserRouter, Navigate } from "react-router";

import { Shell } from "@/app/shell/Shell";

export function createRoutes() {
  return createBrowserRouter([
    {
      element: <Shell />,
      children: [
        { index: true, element: <Navigate to="/inbox/mine" replace /> },
        {
          path: "inbox/:view?/:conversationId?",
          lazy: async () => ({ Component: (await import("@/app/pages/InboxPage")).InboxPage }),
        },
        { path: "*", lazy: async () => ({ Component: (await import("@/app/pages/NotFoundPage")).NotFoundPage }) },
      ],
    },
  ]);
}
