import { Suspense } from "react";
import { Outlet } from "react-router";

import { PartBoundary } from "@/shared/ui/PartBoundary";

/** The frame around every page: the rail at the left, the page beside it. */
export function Shell() {
  return (
    <PartBoundary part="page">
      <Suspense fallback={null}>
        <Outlet />
      </Suspense>
    </PartBoundary>
  );
}
