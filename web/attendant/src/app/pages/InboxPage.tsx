import { useMediaQuery } from "@mantine/hooks";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useParams } from "react-router";

import { InboxPane, useViewsShown, ViewsColumn } from "@/features/inbox";
import { loadFound } from "@/features/search";
import { useContactPane } from "@/shared/conversations/contactPane";
import { VIEWS, type View } from "@/shared/conversations/filter";
import { withTexts } from "@/shared/i18n";
import { LIST_WIDTH, preferences, usePreferences } from "@/shared/storage/preferences";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { ResizeHandle } from "@/shared/ui/ResizeHandle";
import { PageSkeleton, ThreadSkeleton } from "@/shared/ui/Skeletons";
import { lazyPart } from "@/shared/ui/lazyPart";
import { usePageTitle } from "@/shared/ui/pageTitle";

import classes from "./InboxPage.module.css";

const LIST_FIRST_MS = 1000;
const loadThread = () => withTexts("conversation", () => import("@/features/thread"));
const loadCustomer = () => withTexts("conversation", () => import("@/features/customer"));
const ThreadPane = lazyPart(async () => (await loadThread()).ThreadPane);
const CustomerSheet = lazyPart(async () => (await import("./CustomerSheet")).CustomerSheet);
const CustomerPane = lazyPart(async () => (await loadCustomer()).CustomerPane);

const BOUNDS = { min: 280, max: 560 };

/**
 * Views, list, thread and customer side by side; on a phone one at a time, and "back" is the browser's back.
 * The thread keeps 420 px: the list gives way, and where that is not enough the customer stands over it.
 */
export function InboxPage() {
  const { t } = useTranslation("app");
  const { view, conversationId } = useParams();
  const narrow = useMediaQuery("(max-width: 48em)");
  const { listWidth } = usePreferences();
  const customer = useContactPane();
  const viewsShown = useViewsShown();
  const list = useRef<HTMLDivElement>(null);
  usePageTitle(t("rail.inbox"));
  useEffect(() => {
    // After the list, a click finds them there. What could not be loaded is loaded when it is shown, which says so.
    const timer = setTimeout(() => {
      for (const load of [loadThread, loadCustomer, loadFound]) load().catch(() => undefined);
    }, LIST_FIRST_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isView(view)) return <Navigate to="/inbox/mine" replace />;

  /** Answers how wide it has become: the thread keeps the room that it needs. */
  const resize = (width: number): number => {
    list.current?.style.setProperty("width", `${width}px`);
    return list.current?.offsetWidth ?? width;
  };

  const showsList = !narrow || conversationId === undefined;
  const showsThread = !narrow || conversationId !== undefined;
  return (
    <div className={classes.panes}>
      {viewsShown && (
        <PartBoundary part="views">
          <ViewsColumn view={view} conversationId={conversationId} />
        </PartBoundary>
      )}
      {showsList && (
        <div className={classes.list} ref={list} style={narrow ? undefined : { width: listWidth }}>
          <PartBoundary part="inbox">
            <InboxPane view={view} selectedId={conversationId} narrow={narrow} viewsShown={viewsShown} />
          </PartBoundary>
        </div>
      )}
      {showsList && showsThread && (
        <ResizeHandle
          label={t("panes.resize")}
          width={listWidth}
          bounds={BOUNDS}
          resize={resize}
          shown={() => list.current?.offsetWidth}
          done={(width) => preferences.set({ listWidth: resize(resize(width)) })}
          reset={() => preferences.set({ listWidth: LIST_WIDTH })}
        />
      )}
      {showsThread && (
        <div className={classes.thread}>
          <PartBoundary part="thread" key={conversationId}>
            <Suspense fallback={<ThreadSkeleton />}>
              <ThreadPane view={view} conversationId={conversationId} />
            </Suspense>
          </PartBoundary>
        </div>
      )}
      {conversationId !== undefined && customer.open && !customer.sheet && (
        <aside className={classes.customer}>
          <CustomerPart conversationId={conversationId} />
        </aside>
      )}
      {conversationId !== undefined && customer.sheet && customer.open && (
        <Suspense fallback={null}>
          <CustomerSheet narrow={narrow} close={customer.close}>
            <CustomerPart conversationId={conversationId} />
          </CustomerSheet>
        </Suspense>
      )}
    </div>
  );
}

function CustomerPart({ conversationId }: { conversationId: string }) {
  return (
    <PartBoundary part="customer" key={conversationId}>
      <Suspense fallback={<PageSkeleton />}>
        <CustomerPane conversationId={conversationId} />
      </Suspense>
    </PartBoundary>
  );
}

function isView(view: string | undefined): view is View {
  return VIEWS.some((known) => known === view);
}
