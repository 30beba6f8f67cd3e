"""Which files a message has once an edit says which. Pure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atd_conversation.domain.message import Attachment

MAX_REPLACED = 10
"""Files that edits may put others in the place of; after that the last ones stay."""


def files_now(
    files: "tuple[Attachment, ...]", replaced: "tuple[Attachment, ...]", told: "tuple[Attachment, ...]"
) -> "tuple[tuple[Attachment, ...], tuple[Attachment, ...]]":
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
