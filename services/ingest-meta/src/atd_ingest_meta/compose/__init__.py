"""From what conversation asks for to the calls of the Graph API. Pure."""

from atd_ingest_meta.compose.comments import comment_calls
from atd_ingest_meta.compose.envelopes import Envelope, envelope_of
from atd_ingest_meta.compose.parts import FilePart, MessagePart, parts_of
from atd_ingest_meta.compose.reactions import reaction_name

__all__ = ["Envelope", "FilePart", "MessagePart", "comment_calls", "envelope_of", "parts_of", "reaction_name"]
