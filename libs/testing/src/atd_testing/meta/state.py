"""What the fake of Meta remembers of pages, people and posts, and how it was told to behave. No I/O."""

import itertools
import secrets
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing import providers
from atd_testing.providers import Callback
from atd_testing.providers.state import MAX_REMEMBERED

Json = dict[str, Any]
Object = Literal["page", "instagram"]

CallKind = Literal[
    "send",
    "read",
    "typing",
    "check",
    "subscribe",
    "comments",
    "conversations",
    "profile",
    "address",
    "download",
    "change",
]
"""`send` is a message, a comment or a reaction; `change` what is done to a comment; `address` where a file is."""

PERMISSIONS = (
    "instagram_basic",
    "instagram_manage_messages",
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
)
APP_ID = "9988776655443322"
"""Of the one app that there is."""


class Behaviour(providers.Behaviour):
    """A scripted fault of the Graph API: `code` and `subcode` are the error's, `details` its message.

    With `accept` an error is answered although the call takes effect, as Meta does to comments (20/1772107). `account`
    is the id of the page or Instagram account, `recipient` whom the call is to.
    """

    on: CallKind = "send"
    code: int = 100
    subcode: int | None = None
    status: int = 400


class SentMessage(providers.SentMessage):
    """A call that was accepted. `callback_data` is the metadata of a message, `file` the bytes that came with it."""

    target: str | None = None
    file: bytes | None = None
    file_name: str | None = None


class MetaCallback(Callback):
    """Where an account's webhooks go; `object` says how they look."""

    object: Object = "page"


class Page(BaseModel):
    """A page, or an Instagram account (then `instagram_login` has its id within the app)."""

    id: str
    name: str = "Loja Exemplo"
    username: str = "loja.exemplo"
    instagram_id: str | None = None
    app_scoped_id: str | None = None


class Person(BaseModel):
    """Somebody as one page sees them; `picture` is where theirs can be had."""

    id: str
    name: str = "Cliente"
    username: str = "cliente"
    picture: str | None = None


class Post(BaseModel):
    """A post of a page; `id` is `{page}_{post}`."""

    id: str
    message: str = ""
    picture: str | None = None


@dataclass(slots=True)
class Comment:
    """A comment below a post; `parent` is another comment, or absent at the top. `id` is `{post}_{comment}`."""

    id: str
    post_id: str
    parent: str | None
    author: Json
    message: str
    created: datetime
    attachment: Json | None = None
    hidden: bool = False
    likes: set[str] = field(default_factory=set)
    answered_privately: bool = False


@dataclass(slots=True)
class Talk:
    """The messages of one person and one account, oldest first; `acted` is when the person last did something."""

    messages: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))
    acted: datetime | None = None


@dataclass(slots=True)
class MetaFile:
    """A file at the CDN. It can be read until `until`, at addresses with `key`, which changes when it is asked for."""

    id: str
    data: bytes
    mime_type: str
    until: datetime
    key: str
    downloads: int = 0
    foreign: str | None = None


EchoTime = Literal["before", "after", "never"]


class MetaRules(BaseModel):
    """What differs between tests.

    `echo`: whether the echo of a send comes before its answer. `windows`: sends after 24 hours without the right tag
    are refused. `needs_subscription`: only subscribed pages are told. `fetches`: files that are given by an address are
    fetched at once, as Meta does. `permissions`: of every token. `expires_at`: of every token, 0 for never.
    """

    echo: EchoTime = "after"
    windows: bool = False
    needs_subscription: bool = False
    fetches: bool = True
    permissions: tuple[str, ...] = PERMISSIONS
    expires_at: int = Field(default=0, ge=0)


class FakeState(providers.ProviderState[SentMessage, Callback]):
    """What the fake remembers beside what every fake provider does. Pages, people and posts come up as they are named.

    `actions` are sender actions as (account, person, action). `without_receipts` are accounts whose customers' phones
    somebody else plays: no delivery and no reading is told by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(int(datetime.now().timestamp() * 10))  # noqa: DTZ005 - a number, not a moment
        self.rules = MetaRules()
        self.pages: dict[str, Page] = {}
        self.people: dict[tuple[str, str], Person] = {}
        self.posts: OrderedDict[str, Post] = OrderedDict()
        self.comments: OrderedDict[str, Comment] = OrderedDict()
        self.talks: dict[tuple[str, str], Talk] = defaultdict(Talk)
        self.subscribed: dict[str, tuple[str, ...]] = {}
        self.actions: deque[tuple[str, str, str]] = deque(maxlen=MAX_REMEMBERED)
        self.without_receipts: set[str] = set()
        self.files: dict[str, MetaFile] = {}
        self.message_files: dict[str, list[str]] = {}
        self.base_url = "http://127.0.0.1:8199"

    def reset(self) -> None:
        """Back to the beginning; pages, their subscriptions and the running numbers stay."""
        numbers, pages, subscribed, base_url = self._numbers, self.pages, self.subscribed, self.base_url
        super().reset()
        self._numbers, self.pages, self.subscribed, self.base_url = numbers, pages, subscribed, base_url

    def page(self, page_id: str) -> Page:
        """The page or Instagram account with this id."""
        return self.pages.setdefault(page_id, Page(id=page_id))

    def person(self, account: str, person_id: str) -> Person:
        """Somebody as an account sees them; a new one is named after the id."""
        name = f"Cliente {person_id[-4:]}"
        made = Person(id=person_id, name=name, username=f"cliente.{person_id[-4:]}")
        return self.people.setdefault((account, person_id), made)

    def callback_of(self, account: str) -> Callback | None:
        """The callback of this account, in the form of its object."""
        found = super().callback_of(account)
        if found is None:
            return None
        is_instagram = account in {one.instagram_id for one in self.pages.values()} or account.startswith("1784")
        told: Object = "instagram" if is_instagram else "page"
        return MetaCallback(callback_url=found.callback_url, secret=found.secret, account=found.account, object=told)

    def next_id(self) -> str:
        """A number that nothing else has."""
        return str(next(self._numbers))

    def next_message_id(self) -> str:
        """The id of a message."""
        return f"m_{secrets.token_urlsafe(12)}{self.next_id()}"

    def next_comment_id(self, post_id: str) -> str:
        """The id of a comment below a post."""
        return f"{post_id.rpartition('_')[2]}_{self.next_id()}"

    def post(self, post_id: str) -> Post:
        """The post with this id."""
        made = self.posts.setdefault(post_id, Post(id=post_id, message="Nossa nova coleção chegou!"))
        while len(self.posts) > MAX_REMEMBERED:
            self.posts.popitem(last=False)
        return made

    def keep_comment(self, comment: Comment) -> Comment:
        """Remember a comment."""
        self.comments[comment.id] = comment
        while len(self.comments) > MAX_REMEMBERED:
            self.comments.popitem(last=False)
        return comment

    def add_file(self, data: bytes, mime_type: str, *, lasts: timedelta = timedelta(days=1)) -> MetaFile:
        """Put a file on the CDN."""
        file_id = self.next_id()
        made = MetaFile(file_id, data, mime_type, self.now() + lasts, secrets.token_hex(8))
        self.files[file_id] = made
        return made

    def address(self, file: MetaFile) -> str:
        """Where a file can be read."""
        return file.foreign or f"{self.base_url}/cdn/{file.id}/{file.key}"

    def new_address(self, file_id: str, *, lasts: timedelta = timedelta(days=1)) -> str:
        """Where a file can be read from now on: the addresses before end."""
        file = self.files[file_id]
        file.key, file.until = secrets.token_hex(8), self.now() + lasts
        return self.address(file)
