"""The keys of this machine's processes: made at the first start, each in a file that its owner alone can read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from atd_schemas.services import SERVICES
from atd_servicekit.crypto import new_master_key
from atd_servicekit.identity_keys import BadIdentityKey, new_private_key, read_private_key
from deploy.local.errors import LocalRunError
from deploy.local.services import Service

IDENTITY_PRIVATE, IDENTITY_PUBLIC = "ATD_IDENTITY_PRIVATE_KEY", "ATD_IDENTITY_PUBLIC_KEYS"
OPERATOR_PRIVATE, OPERATOR_PUBLIC = "ATD_OPERATOR_PRIVATE_KEY", "ATD_OPERATOR_PUBLIC_KEYS"
MASTER = "ATD_MASTER_KEY"


class LocalKeys:
    """Keys below `directory`, unless the environment of the runner names others.

    Args:
        directory: the folder ``.local``; the keys are in its folder ``keys``.
        given: the runner's environment; a key in it wins (a master key as ``ATD_<SERVICE>_MASTER_KEY``).
    """

    def __init__(self, directory: Path, given: Mapping[str, str]) -> None:
        self._directory = directory / "keys"
        self._shared_master_key = directory / "master.key"  # of versions in which all services had the same key
        self._given = given

    def without_secrets(self) -> dict[str, str]:
        """The runner's environment without keys that one process alone should have.

        Raises:
            LocalRunError: if one master key is given for all services.
        """
        if MASTER in self._given:
            own = ", ".join(each.master_key_variable for each in SERVICES if each.master_key)
            raise LocalRunError(f"{MASTER} is set, but every service has a key of its own: unset it, or set {own}.")
        secret = {IDENTITY_PRIVATE, OPERATOR_PRIVATE, *(each.master_key_variable for each in SERVICES)}
        return {name: value for name, value in self._given.items() if name not in secret}

    def public(self) -> dict[str, str]:
        """What every service has: the public keys.

        Raises:
            LocalRunError: if a private key cannot be used.
        """
        return {
            IDENTITY_PUBLIC: self._public(IDENTITY_PUBLIC, IDENTITY_PRIVATE, "identity"),
            OPERATOR_PUBLIC: self._public(OPERATOR_PUBLIC, OPERATOR_PRIVATE, "operator"),
        }

    def private(self, service: Service) -> dict[str, str]:
        """What `service` alone has."""
        product = service.product
        keys: dict[str, str] = {}
        if product is not None and product.master_key:
            variable = product.master_key_variable
            keys[MASTER] = self._given.get(variable) or self._file(f"{service.name}.master", self._new_master_key)
        if product is not None and product.signs_identities:
            keys[IDENTITY_PRIVATE] = self._private(IDENTITY_PRIVATE, "identity")
        return keys

    def operator(self) -> dict[str, str]:
        """What the operators' command has."""
        return {OPERATOR_PRIVATE: self._private(OPERATOR_PRIVATE, "operator")}

    def _public(self, variable: str, private_variable: str, name: str) -> str:
        if self._given.get(variable):
            return self._given[variable]
        try:
            return read_private_key(self._private(private_variable, name)).public.text
        except BadIdentityKey as error:
            raise LocalRunError(f"{private_variable} cannot be used: {error}") from None

    def _private(self, variable: str, name: str) -> str:
        return self._given.get(variable) or self._file(f"{name}.private", new_private_key)

    def _new_master_key(self) -> str:
        """A new key; in front of the one that all services shared, so that what it sealed still opens."""
        key = new_master_key("local")
        if self._shared_master_key.exists():
            key += f",k1:{self._shared_master_key.read_text(encoding='ascii').strip()}"
        return key

    def _file(self, name: str, make: Callable[[], str]) -> str:
        """The key in a file, which is made at the first start. Readable by its owner alone."""
        path = self._directory / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(make() + "\n")
        return path.read_text(encoding="ascii").strip()
