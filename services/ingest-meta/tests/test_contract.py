"""Messenger, page comments and Instagram pass the contract of a channel service, each as far as it has the feature."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from fastapi import FastAPI

from atd_ingest_meta.app import create_app
from atd_ingest_meta.settings import Settings
from atd_schemas.contents import MessageKind
from atd_schemas.services import INGEST_META, Service
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.channels import (
    ChannelContract,
    Feature,
    InboundChange,
    OwnServiceContract,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.meta import Behaviour, FakeState, serving_fake_meta, webhooks
from atd_testing.meta import SentMessage as MetaSent
from atd_testing.meta.state import Comment, MetaFile
from atd_testing.providers import SentMessage

from .customers_pictures import CustomersPictures

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMERS = ("7001112223334445", "7001112223336667")
Json = dict[str, Any]

_PASSING = ("transient", "2", Behaviour(kind="error", code=2))
_ACCOUNT = ("throttle", "613", Behaviour(kind="error", code=613))
_PAIR = "Meta's rates are of pages and apps; no answer names a person"
_ALONG = "files go along with the send"


def _error(failure: str, code: int, subcode: int | None = None) -> tuple[str, str, Behaviour]:
    name = f"{code}" if subcode is None else f"{code}/{subcode}"
    return failure, name, Behaviour(kind="error", code=code, subcode=subcode)


@dataclass(slots=True)
class CdnFile:
    """A file of a customer on the fake's CDN."""

    file: MetaFile
    provider_id: str
    comment: Comment | None = None

    @property
    def sha256(self) -> str:
        return sha256(self.file.data).hexdigest()

    @property
    def downloads(self) -> int:
        return self.file.downloads

    def move(self, address: str) -> None:
        self.file.foreign = address
        if self.comment is not None:
            self.comment.attachment = _picture(address)


def _picture(url: str) -> Json:
    return {"type": "photo", "media": {"image": {"src": url}}}


def state_of(provider: ServedProvider) -> FakeState:
    """The state of the fake of Meta."""
    assert isinstance(provider.state, FakeState)
    return provider.state


class _MetaCase:
    """What the three kinds have in common."""

    service: Service = INGEST_META
    proves: Mapping[str, tuple[str, ...]] = {}
    customers: tuple[str, str] = CUSTOMERS
    smallest_limit: tuple[MessageKind, int] = ("sticker", 5 * 1024 * 1024)
    unsupported_kind: MessageKind = "order"
    target: str = "m_target"
    kind: ChannelKind
    final: tuple[str, str, Behaviour]
    token_name = "page_access_token"
    own_field: Literal["page_id", "instagram_id"] = "page_id"

    def thread_of(self, recipient: str) -> str | None:  # noqa: ARG002 - see `ChannelCase`
        return None

    def settings(self) -> type[Settings]:
        return Settings

    def create_app(self, settings: Any, *, tracing: Tracing | None = None) -> FastAPI:
        return create_app(settings, tracing=tracing)

    @asynccontextmanager
    async def serving_provider(self) -> AsyncIterator[ServedProvider]:
        async with serving_fake_meta() as served:
            yield ServedProvider(served.url, served.meta.state, served.meta)

    def account_of(self, channel: Json) -> str:
        return str(channel[self.own_field])

    def new_channel(self, token: str, secret: str) -> Json:
        page = str(uuid4().int)[:15]
        credentials = {"page_id": page, "page_access_token": f"{page}.{token}", "app_secret": secret}
        return {"kind": self.kind, "name": "Loja Centro", "credentials": credentials}

    def ready(self, channel: Json) -> bool:  # noqa: ARG002 - see `ChannelCase`
        return True

    def new_token(self, channel: Json, token: str) -> Json:
        return {"credentials": {self.token_name: f"{self.account_of(channel)}.{token}"}}

    def unknown_webhook(self, channel: Json) -> bytes:
        entry = {"id": self.account_of(channel), "time": 1, "hologram": {"depth": 3}}
        return webhooks.encode({"object": "page", "entry": [entry]})

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:  # noqa: ARG002 - see `ChannelCase`
        return webhooks.signed_headers(raw, secret)

    def refusal(self, trouble: Trouble) -> Refusal:
        found = {"passing": _PASSING, "final": self.final, "account throttle": _ACCOUNT}[trouble]
        failure, code, behaviour = found
        return Refusal(behaviour.model_copy(), failure, code)

    def read_marks(self, provider: ServedProvider) -> Sequence[str]:
        """Meta marks everything as read: no message is named."""
        return [self.target for _, _, action in state_of(provider).actions if action == "mark_seen"]

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> CdnFile:  # noqa: ARG002 - see above
        state = state_of(provider)
        file = state.add_file(data, "image/png")
        mid = state.next_message_id()
        state.message_files[mid] = [file.id]
        return CdnFile(file, f"{mid}#0")

    def sent_file(self, provider: ServedProvider, sent: SentMessage) -> bytes:  # noqa: ARG002 - see above
        assert isinstance(sent, MetaSent)
        assert sent.file is not None
        return sent.file

    def uploads(self, provider: ServedProvider, channel: Json) -> Sequence[UploadedFile]:
        raise NotImplementedError

    def delete_upload(self, provider: ServedProvider, file_id: str) -> None:
        raise NotImplementedError

    def uploaded_id(self, sent: SentMessage) -> str:
        raise NotImplementedError

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        raise NotImplementedError

    def reference_of(self, sent: SentMessage) -> str | None:
        return sent.callback_data

    def quoted_by(self, sent: SentMessage) -> str | None:
        return sent.reply_to

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        raise NotImplementedError


class _DirectCase(_MetaCase):
    """Messages between a person and an account."""

    object: Literal["page", "instagram"] = "page"

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:
        said = [
            self._item(channel, message=webhooks.message(f"m_{batch}{place}", text)) for place, text in enumerate(texts)
        ]
        return self._body(channel, *said)

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:
        match change:
            case "reply":
                message = webhooks.message(f"m_{batch}", "resposta", reply_to={"mid": target})
                return self._body(channel, self._item(channel, message=message))
            case "edit":
                edit = {"mid": target, "text": "novo texto", "num_edit": 1}
                return self._body(channel, self._item(channel, message_edit=edit))
            case "delete":
                return self._body(channel, self._item(channel, message={"mid": target, "is_deleted": True}))
            case "reaction":
                return self._body(channel, self._item(channel, reaction=webhooks.reaction(target, "👍", "like")))

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        own = self.account_of(channel)
        echo = webhooks.echo(external_id, "did it arrive?", metadata=reference)
        return self._body(channel, webhooks.item(own, CUSTOMERS[0], NOW, message=echo))

    def _item(self, channel: Json, **content: Any) -> Json:
        return webhooks.item(CUSTOMERS[0], self.account_of(channel), NOW, **content)

    def _body(self, channel: Json, *items: Json) -> bytes:
        entries = [webhooks.entry(self.account_of(channel), NOW, messaging=[one]) for one in items]
        return webhooks.encode(webhooks.body(self.object, *entries))


class MessengerCase(_DirectCase):
    """Messenger."""

    kind: ChannelKind = "messenger"
    final = _error("window", 10, 2018278)
    text_part: int | None = 2000
    lacks: Mapping[Feature, str] = {
        "uploads": _ALONG,
        "conversation throttle": _PAIR,
        "edits": "pages cannot edit messages",
        "deletes": "pages cannot take messages back",
    }


class InstagramCase(_DirectCase):
    """Instagram Direct, by Instagram Login."""

    kind: ChannelKind = "instagram"
    object: Literal["page", "instagram"] = "instagram"
    final = _error("window", 10, 2534022)
    text_part: int | None = 1000
    token_name = "access_token"
    own_field: Literal["page_id", "instagram_id"] = "instagram_id"
    lacks: Mapping[Feature, str] = {
        "receipts": "echoes return no reference; what was sent is looked up",
        "blind repeats": "what Meta has is read before anything is repeated",
        "reactions": "accounts cannot react yet",
        "uploads": _ALONG,
        "attendants' files": "Instagram takes pictures, videos and audio by their address, and no documents",
        "conversation throttle": _PAIR,
        "replies": "messages of accounts answer none in particular",
        "edits": "accounts cannot edit messages",
        "deletes": "accounts cannot take messages back",
    }

    def new_channel(self, token: str, secret: str) -> Json:
        own = f"1784{str(uuid4().int)[:13]}"
        credentials = {"instagram_id": own, "access_token": f"{own}.{token}", "app_secret": secret}
        return {
            "kind": "instagram",
            "name": "Loja Centro",
            "credentials": credentials,
            "settings": {"login": "instagram"},
        }


class FacebookCase(_MetaCase):
    """Comments of a page. The post is named after the customer, so that each has a conversation of their own."""

    kind: ChannelKind = "facebook"
    final = _error("account", 368)
    text_part: int | None = None
    target = "5550001_6660001"
    lacks: Mapping[Feature, str] = {
        "receipts": "comments return no reference; what was written is looked up",
        "blind repeats": "own comments are read before anything is repeated",
        "reactions": "pages can only like comments",
        "marks as read": "comments are not marked as read",
        "attendants' files": "a comment holds one picture, and no document",
        "uploads": "pictures are given by their address",
        "conversation throttle": _PAIR,
        "parts": "a comment is written whole",
    }

    def thread_of(self, recipient: str) -> str | None:
        return f"300100200300400_{recipient}"

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:
        return self._body(channel, *(self._comment(f"{batch}{place}", text) for place, text in enumerate(texts)))

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:
        post, _, comment = target.rpartition("_")
        match change:
            case "reply":
                return self._body(channel, self._comment(batch, "resposta", parent=target))
            case "edit":
                return self._body(channel, self._comment(comment, "novo texto", post=post, verb="edited"))
            case "delete":
                return self._body(channel, self._comment(comment, None, post=post, verb="remove"))
            case "reaction":
                author = {"id": CUSTOMERS[0], "name": "Ana Souza"}
                told = webhooks.comment_reaction(f"300100200300400_{post}", target, NOW, author=author, word="like")
                return self._body(channel, told)

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> CdnFile:
        state = state_of(provider)
        file = state.add_file(data, "image/png")
        comment = Comment(
            id=f"5550001_{state.next_id()}",
            post_id=f"{self.account_of(channel)}_5550001",
            parent=None,
            author={"id": CUSTOMERS[0], "name": "Ana Souza"},
            message="",
            created=state.now(),
            attachment=_picture(state.address(file)),
        )
        state.keep_comment(comment)
        return CdnFile(file, f"comment:{comment.id}", comment)

    def quoted_by(self, sent: SentMessage) -> str | None:
        assert isinstance(sent, MetaSent)
        return sent.target

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        sent = [one for one in state_of(provider).sent if one.account == self.account_of(channel)]
        return [(one.kind, one.message_id, one.text) for one in sent if one.kind in ("edit", "delete")]

    def _comment(
        self, number: str, text: str | None, *, post: str = "5550001", parent: str | None = None, verb: Any = "add"
    ) -> Json:
        author = {"id": CUSTOMERS[0], "name": "Ana Souza"}
        page_post = f"300100200300400_{post}"
        digits = number if number.isdigit() else str(int(number, 16))[-18:]
        return webhooks.comment(
            page_post, f"{post}_{digits}", NOW, author=author, text=text, parent_id=parent, verb=verb
        )

    def _body(self, channel: Json, *values: Json) -> bytes:
        page = self.account_of(channel)
        entries = [webhooks.entry(page, NOW, changes=[webhooks.feed(one)]) for one in values]
        return webhooks.encode(webhooks.body("page", *entries))


class TestMessenger(CustomersPictures):
    """See `atd_testing.channels`."""

    case = MessengerCase()


class TestMessengerAlone(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = MessengerCase()


class TestInstagram(CustomersPictures):
    """See `atd_testing.channels`."""

    case = InstagramCase()


class TestInstagramAlone(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = InstagramCase()


class TestFacebook(ChannelContract):
    """See `atd_testing.channels`."""

    case = FacebookCase()


class TestFacebookAlone(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = FacebookCase()
