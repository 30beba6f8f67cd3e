"""Strands: where a channel has several threads for one customer, each of them is a conversation of its own.

A customer's private messages are the strand without a thread. Comments below a post, topics of a group and what is
written to the company's own name have one each (`InboundThread`).
"""

from collections.abc import Sequence

from atd_schemas.inbound import InboundActivityData, InboundAttachment, InboundMessageData, InboundThread
from atd_schemas.views import ChannelRef, PostView, ThreadView

POST = "post"
"""The role of the picture of what public comments are about."""


def current_of(account_id: str, contact_id: str, thread_id: str | None = None) -> str:
    """The key of the one conversation that takes a contact's next message on an account, in a strand of it.

    Of the private strand it is what it was before there were others: stored conversations keep theirs.
    """
    place = f"{account_id}:{contact_id}"
    return place if thread_id is None else f"{place}:{thread_id}"


def place_of(data: InboundMessageData | InboundActivityData, contact_id: str) -> str:
    """The key of the conversation that takes what a contact's event tells."""
    return current_of(data.account_id, contact_id, data.thread.id if data.thread else None)


def thread_view(told: InboundThread | None, files: Sequence[InboundAttachment] = ()) -> ThreadView | None:
    """What is shown of a strand; one of `files` can be the picture of its post."""
    if told is None:
        return None
    post, private = told.post, told.private_account
    shown = PostView(id=post.id, text=post.text, url=post.url, attachment_id=_picture(files)) if post else None
    channel = ChannelRef(kind=private.channel, account_id=private.account_id, name=private.name) if private else None
    return ThreadView(
        id=told.id, kind=told.kind, public=told.public, title=told.title, post=shown, private_channel=channel
    )


def with_news(known: ThreadView | None, told: ThreadView | None) -> ThreadView | None:
    """A strand with what a later message tells of it. What that one does not tell stays, and so does the picture."""
    if known is None or told is None or known.id != told.id:
        return known
    post = known.post or told.post
    if known.post is not None and told.post is not None:
        news = {name: value for name in ("text", "url") if (value := getattr(told.post, name)) is not None}
        if known.post.attachment_id is None:
            news["attachment_id"] = told.post.attachment_id
        post = known.post.model_copy(update=news)
    return known.model_copy(
        update={
            "title": told.title or known.title,
            "post": post,
            "private_channel": told.private_channel or known.private_channel,
        }
    )


def without_known_picture(data: InboundMessageData, known: ThreadView | None) -> InboundMessageData:
    """A message without the picture of its post, where the conversation has that already: it is fetched once."""
    if known is None or known.post is None or known.post.attachment_id is None:
        return data
    picture = known.post.attachment_id
    kept = tuple(file for file in data.attachments if file.role != POST or file.id == picture)
    return data if len(kept) == len(data.attachments) else data.model_copy(update={"attachments": kept})


def _picture(files: Sequence[InboundAttachment]) -> str | None:
    return next((file.id for file in files if file.role == POST), None)
