"""Files of messages, and which ones a message has once an edit says which. Pure."""

from dataclasses import dataclass, replace

from atd_schemas.inbound import InboundAttachment, InboundFileData
from atd_schemas.views import AttachmentState, AttachmentView, MessageError

THUMBNAILED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Types of which a thumbnail can be had."""

MAX_REPLACED = 10
"""Files that edits may put others in the place of; after that the last ones stay."""

_INFECTED = "infected"
"""What channels call a file in which the virus scanner found something."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. `size` is in bytes and absent while it is not known, `sha256` is in hex.

    `source` is what the channel announced of a file that it has: what is needed to fetch it. `attempt` counts the
    repeats of fetching it that were asked for, `error` is why the last one failed. `width` and `height` are a picture's
    in pixels, where they are known.
    """

    id: str
    name: str
    mime_type: str
    size: int | None
    state: AttachmentState
    sha256: str | None = None
    source: InboundAttachment | None = None
    error: MessageError | None = None
    attempt: int = 0
    width: int | None = None
    height: int | None = None

    def fetched(self, told: InboundFileData, error: MessageError | None) -> "Attachment":
        """The file after fetching it succeeded, or failed by `error`; a file that is stored stays as it is."""
        if told.attempt < self.attempt or self.state == "ready":
            return self
        if told.state == "scanning":
            return replace(self, state="scanning") if self.state == "pending" else self
        if told.state == "ready":
            return replace(
                self,
                state="ready",
                mime_type=told.mime_type or self.mime_type,
                size=self.size if told.size is None else told.size,
                sha256=told.sha256 or self.sha256,
                error=None,
                width=told.width,
                height=told.height,
            )
        if self.state in ("failed", "infected"):
            return self
        infected = told.failure is not None and told.failure.code == _INFECTED
        return replace(self, state="infected" if infected else "failed", error=error)

    def view(self) -> AttachmentView:
        """What every reader sees; images have a thumbnail."""
        url = f"/api/v1/attachments/{self.id}"
        return AttachmentView(
            id=self.id,
            name=self.name,
            mime_type=self.mime_type,
            size=self.size,
            url=f"{url}/content",
            state=self.state,
            thumbnail_url=f"{url}/thumbnail" if self.mime_type in THUMBNAILED else None,
            error=self.error,
            width=self.width,
            height=self.height,
            role=self.source.role if self.source else None,
        )


def files_now(
    files: tuple[Attachment, ...], replaced: tuple[Attachment, ...], told: tuple[Attachment, ...]
) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """The files of a message, and those that were replaced, once it has those that are told; none: nothing is said.

    One that is known is as it is, also when it was replaced before. What a message is about is none of its own.
    """
    about = tuple(one for one in files if one.source is not None and one.source.role is not None)
    known = {one.id: one for one in (*replaced, *files) if one not in about}
    shown = (*about, *(known.get(one.id, one) for one in told))
    others = tuple(one for one in known.values() if one not in shown)
    if not told or len(others) > MAX_REPLACED:
        return files, replaced
    return shown, others
