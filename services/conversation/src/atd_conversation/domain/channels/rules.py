"""What a kind of channel allows: the one interface between conversation and its channels."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from atd_conversation.domain.drafts import Composed, Draft, References, too_long
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_conversation.domain.identities import KeyOfId, account_key
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import ChannelCapabilities, ContentLimits, ReactionLimit, TextLimit
from atd_schemas.views import ChannelKind

Compose = Callable[[Draft, References], Composed]

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
        reply_window: how long after the customer's last message free text may be sent; None: without end.
        reactions_within: how old a message may be that the company reacts to; None: the channel has no reactions.
        read_marks: whether the customer is told that their messages were read, and that an answer is being written.
    """

    name: str
    compose: Compose
    limits: ContentLimits
    texts: FailureTexts
    key_of_id: KeyOfId = account_key
    message_ids: MessageIds = ONE_ID
    reply_window: timedelta | None = None
    reactions_within: timedelta | None = None
    read_marks: bool = False

    def capabilities(self, kind: ChannelKind) -> ChannelCapabilities:
        """What clients are told of the channel."""
        return ChannelCapabilities(
            **dict(self.limits),
            kind=kind,
            name=self.name,
            reactions=_reactions(self.reactions_within),
            reply_window_seconds=None if self.reply_window is None else int(self.reply_window.total_seconds()),
            read_marks=self.read_marks,
            typing=self.read_marks,
        )


def _reactions(within: timedelta | None) -> ReactionLimit | None:
    return None if within is None else ReactionLimit(within_seconds=int(within.total_seconds()))


def plain_rules(name: str | ChannelName, *, text_limit: int = PLAIN_TEXT_LIMIT) -> ChannelRules:
    """The rules of a channel that carries texts and nothing else; `name` is what failures call it."""
    called = ChannelName.brand(name) if isinstance(name, str) else name
    limits = ContentLimits(sends=("text",), text=TextLimit(max_length=text_limit))

    def compose(draft: Draft, _: References) -> Composed:
        if (draft.kind or "text") not in limits.sends:
            raise Refusal(
                "kind_not_supported", f"A message of kind {draft.kind} cannot be sent on {called.en}.", "kind"
            )
        return compose_text(draft, limits.text.max_length)

    return ChannelRules(name=called.en, compose=compose, limits=limits, texts=FailureTexts.of_channel(called))


def compose_text(draft: Draft, limit: int) -> Composed:
    """A text without files, of at most `limit` characters. Raises `Refusal` `invalid` or `too_long`."""
    if draft.attachment_ids:
        raise Refusal("invalid", "cannot be sent with a message of kind text", "attachment_ids")
    text = draft.text or ""
    if not text.strip():
        raise Refusal("invalid", "must not be empty", "text")
    if len(text) > limit:
        raise too_long("text", len(text), limit)
    return Composed(kind="text", text=text)
