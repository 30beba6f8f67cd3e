"""Keys of tests: one pair that signs identities, one of operators, and another master key for each service.

They are the same in every run and protect nothing.
"""

import base64
import hashlib
from typing import Any

from atd_schemas.services import SERVICES, Service
from atd_servicekit.identity_keys import read_private_key


def _bytes(name: str) -> bytes:
    return hashlib.sha256(f"atendimento test key: {name}".encode()).digest()


def _private_key(name: str) -> str:
    return "atdkey_" + base64.urlsafe_b64encode(_bytes(name)).decode().rstrip("=")


IDENTITY_PRIVATE_KEY = _private_key("identity")
IDENTITY_PUBLIC_KEY = read_private_key(IDENTITY_PRIVATE_KEY).public.text
OPERATOR_PRIVATE_KEY = _private_key("operator")
OPERATOR_PUBLIC_KEY = read_private_key(OPERATOR_PRIVATE_KEY).public.text


def master_key(service: str) -> str:
    """The master key of a service: another one for each name."""
    return "k1:" + base64.b64encode(_bytes(f"master key of {service}")).decode()


def service_keys(service: str) -> dict[str, Any]:
    """The settings with keys of a service, by field name: exactly those that it should have.

    A service that is not in the list of services gets a master key as well.
    """
    listed = next((one for one in SERVICES if one.name == service), None)
    return keys_of(listed or Service(name=service, port=0, does="", master_key=True))


def keys_of(service: Service) -> dict[str, str]:
    """As `service_keys`, for an entry of the list of services."""
    keys = {"identity_public_keys": IDENTITY_PUBLIC_KEY, "operator_public_keys": OPERATOR_PUBLIC_KEY}
    if service.master_key:
        keys["master_key"] = master_key(service.name)
    if service.signs_identities:
        keys["identity_private_key"] = IDENTITY_PRIVATE_KEY
    return keys


def key_variables(service: str | Service) -> dict[str, str]:
    """As `service_keys`, or `keys_of` an entry of the list of services, as environment variables."""
    keys: dict[str, str] = keys_of(service) if isinstance(service, Service) else service_keys(service)
    return {f"ATD_{name.upper()}": value for name, value in keys.items()}
