"""What axe finds on a page."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from deploy.web.client import CLIENT
from tests.browser.seat import Seat

_AXE = Path(__file__).parents[2] / CLIENT / "node_modules" / "axe-core" / "axe.min.js"
# The rule that is left out is an experiment of axe's, which takes a picture's initials for a label; the one that is
# added is one of its advices, which nothing here has a reason to break.
_RUN = """
async (rules) => {
  const { violations } = await axe.run(document, rules ? { runOnly: { type: "rule", values: rules } } : {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: {
      "label-content-name-mismatch": { enabled: false },
      "landmark-no-duplicate-banner": { enabled: true },
    },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(" ")}`));
}
"""

# What shows the other theme's colours by itself is drawn anew a little later than the page's own rules.
_DRAWN = """
async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const ends = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ends.map((one) => one.finished));
}
"""


async def faults(seat: Seat, *rules: str) -> list[str]:
    """Every fault of the page in front, or those by some rules of axe's only, with its address."""
    await seat.page.evaluate(f"if (window.axe === undefined) {{ {_AXE.read_text(encoding='utf-8')} }}")
    found = await seat.page.evaluate(_RUN, list(rules) or None)
    return [f"{seat.page.url}: {one}" for one in found]


async def faults_in_both_themes(seat: Seat) -> list[str]:
    """The same for a page in light and dark; what another theme changes is colours alone."""
    found = await faults(seat)
    for scheme in ("dark", "light"):
        await seat.page.emulate_media(color_scheme=scheme)
        await expect(seat.page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        await seat.page.evaluate(_DRAWN)
        if scheme == "dark":
            found += [f"dark {one}" for one in await faults(seat, "color-contrast")]
    return found
