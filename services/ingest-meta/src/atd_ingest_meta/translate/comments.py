"""What happens below the posts of a page, in public: the fields `feed` and `mention`. One value of a change.

A comment is of its author, in the strand of its post, and its id is the comment's. What the page itself writes or does
belongs to the customer whom it answers; a value names only the comment, so `held` finds out who that is.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from atd_channelkit.webhooks.values import NAME_LIMIT, Json, is_blank, label_of, shown
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.ids import ANONYMOUS, comment_id, is_top_level, meta_id
from atd_ingest_meta.translate.attachments import Said, in_context, media_url
from atd_ingest_meta.translate.changes import emoji_of
from atd_ingest_meta.translate.found import Found
from atd_ingest_meta.translate.notes import CommentEvent, CommentNote, IncompleteNote, UnaddressedNote
from atd_ingest_meta.translate.part import Part
from atd_schemas.contents import Shared, UnsupportedContent
from atd_schemas.ids import uuid5
from atd_schemas.inbound import (
    InboundAttachment,
    InboundContact,
    InboundDelete,
    InboundDeleteData,
    InboundEcho,
    InboundEdit,
    InboundEditData,
    InboundMessage,
    InboundMessageData,
    InboundPost,
    InboundReaction,
    InboundReactionData,
    InboundThread,
    InboundVisibility,
    InboundVisibilityData,
    PrivateAccount,
)

Verb = Literal["add", "edit", "delete", "hide", "unhide"]

_VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "add": "add",
        "edited": "edit",
        "edit": "edit",
        "update": "edit",
        "remove": "delete",
        "delete": "delete",
        "hide": "hide",
        "unhide": "unhide",
    }
)
_IGNORED_VERBS = frozenset(("block", "unblock", "mute", "follow"))
POSTS = frozenset(("post", "status", "photo", "video", "share", "album"))
"""What a visitor can put on a page; each is called by the id of its post."""

_IGNORED_ITEMS = frozenset(("like", "event", "milestone", "note", "offer", "page", "coupon", "question", "group"))


def read_feed(part: Part, private: Account | None) -> Found:
    """What one value of `feed` says. `private`: the account on which the same people are answered in private."""
    found = Found()
    item = part.item.get("item")
    if isinstance(item, str) and item in _IGNORED_ITEMS:
        return found
    if item == "reaction":
        _reaction(part, found)
    elif item == "comment" or (isinstance(item, str) and item in POSTS):
        verb = part.item.get("verb")
        known = _VERBS.get(verb) if isinstance(verb, str) else None
        if known is not None:
            _Comment(part, private, known, found).read()
        elif not isinstance(verb, str) or verb not in _IGNORED_VERBS:
            part.problem(f"verb {shown(verb)} is not known to this version")
    else:
        part.problem(f"item {shown(item)} is not known to this version")
    return found


def read_mention(part: Part, private: Account | None) -> Found:
    """The page was mentioned in a post or a comment. Meta does not say by whom: it is asked."""
    found = Found()
    if part.item.get("verb") == "add":
        _Comment(part, private, "add", found, mention=True).read()
    return found


def post_of(value: Json, page_id: str) -> str | None:
    """The id of the post as `{page}_{post}`."""
    nested = value.get("post")
    told = meta_id(value.get("post_id")) or (meta_id(nested.get("id")) if isinstance(nested, dict) else None)
    if told is None and (comment := comment_id(value.get("comment_id"))) is not None and "_" in comment:
        told = comment.partition("_")[0]
    return told if told is None or "_" in told else f"{page_id}_{told}"


def author_of(value: Json) -> InboundContact | None:
    """Who wrote, in the shape of today or the old one; None when Meta does not tell."""
    sender = value.get("from")
    if isinstance(sender, dict):
        person, name = meta_id(sender.get("id")), sender.get("name")
    else:
        person, name = meta_id(value.get("sender_id")), value.get("sender_name")
    return None if person is None else InboundContact(external_id=person, name=label_of(name, NAME_LIMIT))


def comment_file(account_id: str, comment: str, url: str, place: str = "0") -> InboundAttachment:
    """A picture or video of a comment."""
    return InboundAttachment(
        id=uuid5("attachment", account_id, comment, place), provider_id=f"comment:{comment}", url=url
    )


class _Comment:
    """One comment, or one post of a visitor, and what was done with it."""

    def __init__(self, part: Part, private: Account | None, verb: Verb, found: Found, *, mention: bool = False) -> None:
        self.part = part
        self.private = private
        self.verb = verb
        self.found = found
        self.mention = mention
        value = part.item
        self.post_id = post_of(value, part.entry_id) or ""
        is_comment = value.get("item") == "comment"
        self.id = comment_id(value.get("comment_id"), self.post_id) if is_comment else self.post_id or None
        parent = comment_id(value.get("parent_id"), self.post_id) if is_comment else None
        self.parent_id = None if is_top_level(parent, self.post_id) else parent
        self.author = author_of(value)

    def read(self) -> None:
        if not self.post_id or self.id is None:
            return self.part.problem("is missing or too long", ".comment_id" if self.post_id else ".post_id")
        own = self.author is not None and self.part.is_own(self.author.external_id)
        if self.verb == "add":
            return self._own(self.id) if own else self._added(self.id)
        return self._changed(self.id, own=own)

    def _added(self, comment: str) -> None:
        author = self.author or InboundContact(external_id=ANONYMOUS + comment)
        said = self._said(comment)
        event = InboundMessage(
            **self.part.envelope(comment, "message", author, by_business=False),
            data=self._data(comment, author, said or Said("unsupported", content=UnsupportedContent(type="comment"))),
        )
        if self.author is None or self.mention or said is None:
            self.found.notes.append(IncompleteNote(self.part.account, event, comment))
            return
        self.found.notes.append(CommentNote(self.part.account, comment, author))
        self.found.events.append(event)

    def _own(self, comment: str) -> None:
        """The page's own comment; one that answers nobody is of no conversation."""
        if self.parent_id is None:
            return
        page = self._page()
        said = self._said(comment) or Said("unsupported", content=UnsupportedContent(type="comment"))
        event = InboundEcho(
            **self.part.envelope(comment, "message", page, by_business=True), data=self._data(comment, page, said)
        )
        self._ask(event, self.parent_id, own_comment=True)

    def _changed(self, comment: str, *, own: bool) -> None:
        if self.verb == "edit" and not isinstance(self.part.item.get("message"), str):
            return  # another picture or sticker: what it says is what it said
        contact = self._page() if own or self.author is None else self.author
        event = self._change(comment, contact, by_business=own or self.verb in ("hide", "unhide"))
        if own or self.author is None:
            self._ask(event, comment)
        else:
            self.found.events.append(event)

    def _ask(self, event: CommentEvent, comment: str, *, own_comment: bool = False) -> None:
        self.found.notes.append(UnaddressedNote(self.part.account, event, comment, own_comment))

    def _change(self, comment: str, contact: InboundContact, *, by_business: bool) -> CommentEvent:
        external_id = f"{comment}:{self.verb}:{self._when()}"
        common = self.part.of_change(external_id, comment, contact, by_business=by_business)
        envelope = self.part.envelope(external_id, self.verb, contact, by_business=by_business)
        if self.verb == "delete":
            return InboundDelete(**envelope, data=InboundDeleteData(**common))
        if self.verb == "edit":
            text = self.part.text(self.part.item.get("message"), ".message")
            return InboundEdit(**envelope, data=InboundEditData(**common, text=text))
        return InboundVisibility(**envelope, data=InboundVisibilityData(**common, hidden=self.verb == "hide"))

    def _when(self) -> str:
        """What tells one change of a comment from another: its time and, as times are in seconds, what it says."""
        value = self.part.item
        told = value.get("edited_time") or value.get("created_time") or self.part.sent_at
        said = hashlib.sha256(str(value.get("message", "")).encode("utf-8", "replace")).hexdigest()[:16]
        sent = "" if self.verb in ("edit", "delete") else f":{str(self.part.sent_at)[:32]}"
        return f"{str(told)[:40]}:{said}{sent}"

    def _said(self, comment: str) -> Said | None:
        """What it says; None when it has neither text nor media, which have to be asked for then (a sticker, a GIF)."""
        value, part = self.part.item, self.part
        words = part.text(value.get("message"), ".message")
        text = None if words is None or is_blank(words) else words
        photos = value.get("photos")
        urls = [part.link(value.get("photo")), *(part.link(one) for one in _listed(photos))]
        if value.get("item") in ("photo", "share", "album"):
            urls.append(media_url(value.get("link")))
        pictures = list(dict.fromkeys(one for one in urls if one))
        video, link = part.link(value.get("video")), part.link(value.get("link"))
        account = part.account.id
        if pictures:
            files = tuple(comment_file(account, comment, url, str(place)) for place, url in enumerate(pictures))
            return Said("image", text, attachments=files)
        if video is not None and (media_url(video) or value.get("item") == "comment"):
            return Said("video", text, attachments=(comment_file(account, comment, video),))
        shared = Shared(type="link", url=video or link) if video or link else None
        return None if text is None and shared is None else Said("text", text, shared=shared)

    def _data(self, comment: str, contact: InboundContact, said: Said) -> InboundMessageData:
        value = self.part.item
        return InboundMessageData(
            **self.part.common(comment, contact),
            kind=said.kind,
            text=said.text,
            content=in_context(said),
            reply_to_external_id=self.parent_id,
            attachments=said.attachments,
            thread=thread_of(self.post_id, value, self.private),
            hidden=value.get("is_hidden") is True or value.get("published") in (0, False),
        )

    def _page(self) -> InboundContact:
        """Stands where the customer is not known yet."""
        return InboundContact(external_id=self.part.account.own_id)


def thread_of(post_id: str, value: Json, private: Account | None) -> InboundThread:
    """The strand of everything below a post."""
    post = value.get("post")
    url = label_of(post.get("permalink_url"), 2048) if isinstance(post, dict) else None
    return InboundThread(
        id=post_id,
        kind="post",
        public=True,
        post=InboundPost(id=post_id, url=url if url and url.startswith("https://") else None),
        private_account=None
        if private is None
        else PrivateAccount(account_id=private.id, channel=private.kind, name=private.name),
    )


def _reaction(part: Part, found: Found) -> None:
    """A reaction to a comment; to a post it is of no conversation."""
    value = part.item
    post_id = post_of(value, part.entry_id) or ""
    comment = comment_id(value.get("comment_id"), post_id)
    if comment is None:
        return None
    emoji = None if value.get("verb") in ("remove", "delete") else emoji_of(value.get("reaction_type"))
    if emoji is None and value.get("verb") not in ("remove", "delete"):
        return part.problem(f"reaction {shown(value.get('reaction_type'))} is not known to this version")
    author = author_of(value)
    own = author is None or part.is_own(author.external_id)
    contact = InboundContact(external_id=part.account.own_id) if author is None else author
    when = f"{value.get('created_time')}:{part.sent_at}"[:64]
    external_id = f"{comment}:reaction:{contact.external_id}:{value.get('verb')}:{when}"[:512]
    data = InboundReactionData(**part.of_change(external_id, comment, contact, by_business=own), emoji=emoji)
    event = InboundReaction(**part.envelope(external_id, "reaction", contact, by_business=own), data=data)
    if author is not None and not own:
        found.events.append(event)
    elif author is not None:
        found.notes.append(UnaddressedNote(part.account, event, comment))
    return None


def _listed(value: Any) -> list[Any]:
    return value[:30] if isinstance(value, list) else []
