"""What a webhook says that cannot be told at once: whose it is has to be found out, or whether it is ours."""

from atd_ingest_meta.held.comments import COMMENT_INDEXES, Comments
from atd_ingest_meta.held.holder import HELD, Holder

__all__ = ["COMMENT_INDEXES", "HELD", "Comments", "Holder"]
