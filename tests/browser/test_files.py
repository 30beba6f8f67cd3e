"""Files that are dropped."""

from __future__ import annotations

from typing import Any

from tests.browser.office import Office
from tests.browser.seat import Seat

_TRANSFER = """
([files, texts]) => {
  const data = new DataTransfer();
  for (const [name, type, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  for (const [type, text] of texts) data.items.add(text, type);
  return data;
}
"""


async def transfer(seat: Seat, *files: tuple[str, str, bytes], texts: tuple[tuple[str, str], ...] = ()) -> Any:
    """What the clipboard or the mouse carries."""
    given = [(name, kind, list(content)) for name, kind, content in files]
    return await seat.page.evaluate_handle(_TRANSFER, [given, texts])


async def drop(seat: Seat, selector: str, data: Any) -> bool:
    """Drop it there; whether the browser would have left the page for the file."""
    left = await seat.page.evaluate(
        """([selector, dataTransfer]) => {
            const target = document.querySelector(selector);
            const over = { dataTransfer, bubbles: true, cancelable: true };
            target.dispatchEvent(new DragEvent("dragenter", over));
            target.dispatchEvent(new DragEvent("dragover", over));
            return target.dispatchEvent(new DragEvent("drop", over));
        }""",
        [selector, data],
    )
    return bool(left)


async def test_a_file_dropped_beside_the_target_does_not_leave_the_page(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    dropped = await transfer(ana, ("contrato.pdf", "application/pdf", b"%PDF-1.4\n"))
    assert not await drop(ana, "nav", dropped)
