/** The title of the browser's tab: how much is unread, the page, the product. */
import { useEffect } from "react";

const PRODUCT = "Atendimento";

class TabTitle {
  private pages: string[] = [];
  private count = 0;

  /** Returns what takes the page's title away again. */
  show(page: string): () => void {
    this.pages = [...this.pages, page];
    this.write();
    return () => {
      this.pages = this.pages.toSpliced(this.pages.lastIndexOf(page), 1);
      this.write();
    };
  }

  setCount(count: number): void {
    this.count = count;
    this.write();
  }

  private write(): void {
    const badge = this.count > 0 ? `(${this.count > 99 ? "99+" : this.count}) ` : "";
    const page = this.pages.at(-1);
    const title = badge + (page === undefined ? PRODUCT : `${page} · ${PRODUCT}`);
    // The same title written again costs the browser a millisecond; counts change with every event.
    if (document.title !== title) document.title = title;
  }
}

export const tabTitle = new TabTitle();

/** The page's part of the tab's title, while the component is there; the one that came last wins. */
export function usePageTitle(title: string): void {
  useEffect(() => tabTitle.show(title), [title]);
}
