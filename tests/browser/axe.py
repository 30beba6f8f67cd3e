"""What axe finds on a page."""

from __future__ import annotations

from pathlib import Path

from deploy.web.client import CLIENT
from tests.browser.seat import Seat

_AXE = Path(__file__).parents[2] / CLIENT / "node_modules" / "axe-core" / "axe.min.js"
# The rule that is left out is an experiment of axe's, which takes a picture's initials for a label; the one that is
# added is one of its advices, which nothing here has a reason to break.
_RUN = """
async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: {
      "label-content-name-mismatch": { enabled: false },
      "landmark-no-duplicate-banner": { enabled: true },
    },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(" ")}`));
}
"""


async def faults(seat: Seat) -> list[str]:
    """Every fault of the page in front, with its address."""
    await seat.page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = await seat.page.evaluate(_RUN)
    return [f"{seat.page.url}: {one}" for one in found]
