import { DraftsPage, ScheduledPage } from "@/features/composer";
import { useViewsShown, ViewsColumn, ViewShortcuts } from "@/features/inbox";
import type { Unsent } from "@/shared/conversations/unsentPlaces";
import { PartBoundary } from "@/shared/ui/PartBoundary";

import classes from "./InboxPage.module.css";

const PAGES = { drafts: DraftsPage, scheduled: ScheduledPage };

/** What was written and not sent yet, beside the views of the inbox. */
export function UnsentPage({ what }: { what: Unsent }) {
  const viewsShown = useViewsShown();
  const Page = PAGES[what];
  return (
    <div className={classes.panes}>
      <ViewShortcuts conversationId={undefined} />
      {viewsShown && (
        <PartBoundary part="views">
          <ViewsColumn view={null} conversationId={undefined} />
        </PartBoundary>
      )}
      <PartBoundary part="page" resetKey={what}>
        <Page back={!viewsShown} />
      </PartBoundary>
    </div>
  );
}
