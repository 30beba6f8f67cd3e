"""Credentials at rest: each sealed for its account and field, so that a copied one opens nowhere else."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from atd_channelkit.accounts.documents import replaced_fields, replaced_in
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import ChannelSpec, StoredAccount
from atd_servicekit.crypto import FieldCipher

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

A = TypeVar("A", bound=Account)


class Credentials(Generic[A]):
    """Seals and opens the secrets of accounts."""

    def __init__(self, cipher: FieldCipher, spec: ChannelSpec[A]) -> None:
        self._cipher = cipher
        self._spec = spec

    def seal(self, account_id: str, field: str, value: str) -> str:
        """The secret as it is stored."""
        return self._cipher.encrypt(value, context=_context(account_id, field))

    def unseal(self, account_id: str, field: str, sealed: str) -> str:
        """The secret again. Raises `CannotDecrypt`."""
        return self._cipher.decrypt(sealed, context=_context(account_id, field))

    def open(self, document: "Document") -> A:
        """The account with its credentials opened. Raises `CannotDecrypt`."""
        account_id = document["_id"]
        replaced: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        for one in replaced_in(document):
            replaced[one["name"]].append((self.unseal(account_id, one["name"], one["sealed"]), one["until"]))
        return self._spec.open(
            StoredAccount(
                document=document,
                secrets={name: self.unseal(account_id, name, value) for name, value in document["sealed"].items()},
                replaced={name: tuple(values) for name, values in replaced.items()},
            )
        )

    def shown(self, document: "Document") -> Mapping[str, str]:
        """The secrets that managers of channels may see. Raises `CannotDecrypt`."""
        sealed = document["sealed"]
        names = [one.name for one in self._spec.secrets if one.shown and one.name in sealed]
        return {name: self.unseal(document["_id"], name, sealed[name]) for name in names}

    def need_resealing(self, document: "Document") -> bool:
        """Whether another key than the current one sealed any secret of the account."""
        sealed = (*document["sealed"].values(), *(one["sealed"] for one in replaced_in(document)))
        return any(self._cipher.needs_rotation(one) for one in sealed)

    def resealed(self, document: "Document") -> dict[str, Any]:
        """The stored fields with every secret sealed by the current key. Raises `CannotDecrypt`."""
        account_id = document["_id"]

        def again(name: str, sealed: str) -> str:
            return self.seal(account_id, name, self.unseal(account_id, name, sealed))

        return {
            "sealed": {name: again(name, value) for name, value in document["sealed"].items()},
            **replaced_fields(
                document, [{**one, "sealed": again(one["name"], one["sealed"])} for one in replaced_in(document)]
            ),
        }


def _context(account_id: str, field: str) -> str:
    return f"channel:{account_id}:{field}"
