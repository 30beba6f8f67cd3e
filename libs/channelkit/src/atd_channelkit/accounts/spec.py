"""What a channel service says of its accounts. Everything else about accounts is the same for every channel."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from atd_channelkit.accounts.guide import ChannelGuide
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.views import Channel, CheckResult
from atd_schemas.services import Service

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

A = TypeVar("A", bound=Account)

Reference = tuple[str, str]
"""A name of an account beside its id: what kind of name, and the name (`("number", "700800900100200")`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A credential that is stored sealed, under the name that it has in the input.

    Attributes:
        name: of the field in `credentials` or `settings`.
        generate: makes the secret of a new account when none is given.
        shown: answered to those who manage channels, under its name.
        overlaps: after it is replaced, the one before still proves webhooks for a while.
        reconnects: a new one makes an account active again that needed to be reconnected.
    """

    name: str
    generate: Callable[[], str] | None = None
    shown: bool = False
    overlaps: bool = False
    reconnects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as it is stored, with its secrets opened. `replaced` has the earlier ones that still prove webhooks.

    A replaced secret comes with the moment until which it proves anything.
    """

    document: "Document"
    secrets: Mapping[str, str]
    replaced: Mapping[str, tuple[tuple[str, datetime], ...]]

    def common(self) -> dict[str, Any]:
        """The fields of `Account`, for the constructor of the channel's own class."""
        row = self.document
        return {
            "id": row["_id"],
            "tenant_id": row["tenant_id"],
            "kind": row["kind"],
            "name": row["name"],
            "status": row["status"],
            "version": row["version"],
            "proven": row.get("proven", True),
        }


def _nothing_derived(_kind: str, _credentials: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec(Generic[A]):
    """The accounts of one channel service.

    Attributes:
        service: its entry in the list of services: name, kinds, public path of webhooks.
        new_channel: pydantic type of a request to connect (`NewChannel`, or a union of such by `kind`).
        changes: pydantic type of a request to change (`ChannelChanges`).
        channel: how an account is answered.
        check_result: what a check answers.
        open: builds the channel's own account.
        references: by what else than its id an account is found in memory.
        indexed: the kinds of reference that can be looked up in MongoDB, with the field that holds each.
        unique: the kind of reference that only one account on the whole platform may have, once the provider has
            confirmed its credentials for it.
        fields: names in `credentials` that are no secrets; stored and answered as they are.
        facts: what only a check learns; stored and answered beside the fields.
        derived: more fields that follow from the kind and the given credentials (the id in a bot's token; what must be
            unique within a kind), none from credentials that a change leaves out.
        secrets: names in `credentials` and `settings` that are stored sealed.
        guides: how accounts of each kind are connected, in words; a kind without one can be connected by the API alone.
    """

    service: Service
    new_channel: Any
    changes: Any
    channel: type[Channel]
    check_result: type[CheckResult] = CheckResult
    open: Callable[[StoredAccount], A]
    references: Callable[[A], Iterable[Reference]] = lambda _account: ()
    indexed: Mapping[str, str] = field(default_factory=dict)
    unique: str | None = None
    fields: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    derived: Callable[[str, Any], Mapping[str, Any]] = _nothing_derived
    secrets: tuple[Secret, ...] = ()
    guides: tuple[ChannelGuide, ...] = ()

    def secret(self, name: str) -> Secret | None:
        """The secret of this name."""
        return next((one for one in self.secrets if one.name == name), None)

    @property
    def unique_field(self) -> str | None:
        """The field of a document that holds the unique reference."""
        return None if self.unique is None else self.indexed[self.unique]

    @property
    def webhook_path(self) -> str | None:
        """The public path below which webhooks of this channel arrive; `None` when its provider sends none."""
        return next((one.path for one in self.service.prefixes if one.access == "provider"), None)
