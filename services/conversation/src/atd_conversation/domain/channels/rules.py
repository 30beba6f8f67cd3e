"""What a kind of channel allows: the one interface between conversation and its channels."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from atd_conversation.domain.channels.composing import Compose, FileRules, composer
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_conversation.domain.identities import KeyOfId, account_key
from atd_conversation.domain.reply_window import ReplyWindow
from atd_schemas.capabilities import (
    ChannelCapabilities,
    ContentLimits,
    Moderation,
    OwnMessageLimit,
    PrivateReplyLimit,
    ReactionLimit,
    TextLimit,
)
from atd_schemas.views import ChannelKind

PLAIN_TEXT_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class MessageIds:
    """How a provider names messages, where it has several ids for one.

    `spellings(external_id, ids)` are all of them for a message of the customer who goes by `ids`, the main one first;
    empty for an id that has one spelling. They must contain the customer: what they find is theirs. `is_main` is a
    quick look, made of every message, at whether an id can be the main one.
    """

    is_main: Callable[[str], bool]
    spellings: Callable[[str, Collection[str]], tuple[str, ...]]


ONE_ID = MessageIds(is_main=lambda _: True, spellings=lambda _, __: ())
"""Of a provider that has one id for each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRules:
    """The rules of one kind of channel. The defaults are those of a channel that allows nothing but messages.

    Attributes:
        name: what people call the channel, in one word.
        compose: the message that a draft makes there, within the channel's limits. Raises `Refusal` with the field:
            `kind_not_supported`, `too_long`, `too_large`, `too_many`, `unsupported_type`, `unknown_template`,
            `template_not_approved`, `wrong_parameters`, `invalid`.
        texts: what attendants read when a message or a file failed there.
        limits: what a message can be made of, as `compose` holds it.
        key_of_id: the identity key of an id of the channel; by default ids hold within their account.
        message_ids: how the provider names messages; by default each has one id.
        file_limit: how large a file of a customer the channel hands over, in words for them; None: it does not say.
        reply_window: how long after what the customer did last they can be answered; None: without end.
        reactions: to how old a message, and with what, the company reacts; None: the channel has no reactions.
        read_marks: whether the customer is told that their messages were read.
        typing: whether they are told that an answer is being written.
        edits: which messages of the company it still changes; None: none.
        deletes: which of them it takes back; None: none.
        public: whether everybody can read what is written there. Nothing is said in public by itself, but for rules
            that name the channel.
        moderation: what the company can do to what customers write in public.
        private_replies: how a public comment is answered in private; None: it is not.
    """

    name: str
    compose: Compose
    limits: ContentLimits
    texts: FailureTexts
    key_of_id: KeyOfId = account_key
    message_ids: MessageIds = ONE_ID
    file_limit: str | None = None
    reply_window: ReplyWindow | None = None
    reactions: ReactionLimit | None = None
    read_marks: bool = False
    typing: bool = False
    edits: OwnMessageLimit | None = None
    deletes: OwnMessageLimit | None = None
    public: bool = False
    moderation: tuple[Moderation, ...] = ()
    private_replies: PrivateReplyLimit | None = None

    def capabilities(self, kind: ChannelKind) -> ChannelCapabilities:
        """What clients are told of the channel."""
        return ChannelCapabilities(
            **dict(self.limits),
            kind=kind,
            name=self.name,
            reactions=self.reactions,
            reply_window_seconds=_seconds(self.reply_window.free if self.reply_window else None),
            person_window_seconds=_seconds(self.reply_window.person if self.reply_window else None),
            read_marks=self.read_marks,
            typing=self.typing,
            edits=self.edits,
            deletes=self.deletes,
            public=self.public,
            moderation=self.moderation,
            private_replies=self.private_replies,
        )


def _seconds(of: timedelta | None) -> int | None:
    return None if of is None else int(of.total_seconds())


def plain_rules(name: str | ChannelName, *, text_limit: int = PLAIN_TEXT_LIMIT) -> ChannelRules:
    """The rules of a channel that carries texts and nothing else; `name` is what failures call it."""
    called = ChannelName.brand(name) if isinstance(name, str) else name
    limits = ContentLimits(sends=("text",), text=TextLimit(max_length=text_limit))
    return ChannelRules(
        name=called.en,
        compose=composer(FileRules(called.en, limits)),
        limits=limits,
        texts=FailureTexts.of_channel(called),
    )
