"""From a webhook body to events: pure, total, and deterministic in its ids.

Whatever is understood becomes an event, or a note of what has to be known first. Whatever is not is named by its path
among the problems, and the caller then keeps the whole body: nothing that Meta sent is lost, and a later version can
read it again with the same ids. Shapes: Meta's webhook references of Messenger, pages and Instagram for Graph v25.0.
"""

from atd_ingest_meta.translate.reader import translate

__all__ = ["translate"]
