/** The addresses of the client. Each page is a chunk of its own, with a skeleton in its shape until it is there. */
import { Suspense, type ReactNode } from "react";
import { createBrowserRouter, Navigate, useRouteError, type RouteObject } from "react-router";

import { Shell } from "@/app/shell/Shell";
import { withTexts } from "@/shared/i18n";
import { LiveSkeleton, PageSkeleton } from "@/shared/ui/Skeletons";
import { lazyPart } from "@/shared/ui/lazyPart";

const InboxPage = lazyPart(async () => (await import("@/app/pages/InboxPage")).InboxPage);
const UnsentPage = lazyPart(
  async () => (await withTexts("conversation", () => import("@/app/pages/UnsentPage"))).UnsentPage,
);
const CustomersPage = lazyPart(
  async () => (await withTexts("conversation", () => import("@/features/customer"))).CustomersPage,
);
const SettingsPage = lazyPart(
  async () => (await withTexts("settings", () => import("@/app/pages/SettingsPage"))).SettingsPage,
);
const LivePage = lazyPart(async () => (await withTexts("routing", () => import("@/features/live"))).LivePage);
const loadChannels = () => withTexts("settings", () => import("@/features/channels"));
const ChannelPage = lazyPart(async () => (await loadChannels()).pages.Channel());
const ChannelsPage = lazyPart(async () => (await loadChannels()).pages.Channels());
const ConnectPage = lazyPart(async () => (await loadChannels()).pages.Connect());
const SetupPage = lazyPart(async () => (await loadChannels()).pages.Setup());
const NotFoundPage = lazyPart(async () => (await import("@/app/pages/NotFoundPage")).NotFoundPage);

const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/inbox/mine" replace /> },
  { path: "inbox", element: <Navigate to="/inbox/mine" replace /> },
  { path: "inbox/drafts", element: page(<UnsentPage key="drafts" what="drafts" />) },
  { path: "inbox/scheduled", element: page(<UnsentPage key="scheduled" what="scheduled" />) },
  { path: "inbox/:view/:conversationId?", element: page(<InboxPage />) },
  { path: "live", element: page(<LivePage />, <LiveSkeleton />) },
  { path: "contacts/:contactId?", element: page(<CustomersPage />) },
  { path: "channels", element: page(<ChannelsPage />) },
  { path: "channels/new/:kind?", element: page(<ConnectPage />) },
  { path: "channels/:accountId", element: page(<ChannelPage />) },
  { path: "channels/:accountId/setup", element: page(<SetupPage />) },
  { path: "settings/:page?/:item?/:part?/:detail?", element: page(<SettingsPage />) },
  { path: "*", element: page(<NotFoundPage />) },
];

function page(content: ReactNode, skeleton: ReactNode = <PageSkeleton />): ReactNode {
  return <Suspense fallback={skeleton}>{content}</Suspense>;
}

/** What the frame itself cannot survive goes to the boundary around the client, which knows how to say it. */
function Rethrow(): never {
  throw useRouteError();
}

/** The page of all components; the build leaves it out. */
const kit: RouteObject[] = [];
if (import.meta.env.DEV) {
  const KitPage = lazyPart(async () => (await import("@/app/kit/KitPage")).KitPage);
  kit.push({ path: "__kit", element: page(<KitPage />) });
}

export function createRoutes() {
  return createBrowserRouter([
    { errorElement: <Rethrow />, children: [...kit, { element: <Shell />, children: pages }] },
  ]);
}
