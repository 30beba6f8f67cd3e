"""The identity under which the command asks a service."""

from datetime import UTC, datetime

from atd_cli.kafka_producing import SOURCE
from atd_cli.output import CommandFailed
from atd_cli.settings import CliSettings
from atd_servicekit.identity import IDENTITY_HEADER, OPERATOR_PERMISSION, Identity, IdentitySigner
from atd_servicekit.identity_keys import BadIdentityKey, PrivateKey, read_private_key

KEY_VARIABLE = "ATD_OPERATOR_PRIVATE_KEY"


def operator_headers(settings: CliSettings, tenant_id: str = "") -> dict[str, str]:
    """The header that proves the permission `operator`. Raises `CommandFailed` without a usable key."""
    identity = Identity(tenant_id, "system", SOURCE, SOURCE, frozenset({OPERATOR_PERMISSION}))
    signer = IdentitySigner(operator_key(settings), issuer="atd-operator")
    return {IDENTITY_HEADER: signer.sign(identity, datetime.now(UTC))}


def operator_key(settings: CliSettings) -> PrivateKey:
    """The key of the environment. Raises `CommandFailed` without a usable one."""
    if settings.operator_private_key is None:
        raise CommandFailed(
            f"{KEY_VARIABLE} is not set. `atd keys new operator` makes a key pair; the public key belongs into "
            "ATD_OPERATOR_PUBLIC_KEYS of every service."
        )
    try:
        return read_private_key(settings.operator_private_key.get_secret_value())
    except BadIdentityKey as error:
        raise CommandFailed(f"{KEY_VARIABLE} cannot be used: {error}") from None
