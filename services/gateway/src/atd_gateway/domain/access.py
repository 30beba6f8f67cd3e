"""The permissions of each built-in role."""

from collections.abc import Mapping
from typing import Literal

Role = Literal["operator", "admin", "supervisor", "attendant", "bot"]

PERMISSIONS: Mapping[str, str] = {
    "operator": "run the platform: tenants, what was not understood, dead letters",
    "conversations:read": "see conversations and their messages, also live",
    "conversations:write": "answer, note, close, reopen and mark as read",
    "conversations:assign": "assign conversations",
    "contacts:read": "see customers",
    "contacts:write": "change customers",
    "contacts:import": "take customers in from a file, and undo it",
    "contacts:export": "export customers to a file",
    "privacy:manage": "export and erase a customer's data, set legal holds and how long messages are kept",
    "settings:manage": "change tags, labels, types, replies and rules of the company",
    "channels:read": "see which channel accounts are connected",
    "channels:manage": "connect, change and remove channel accounts",
    "webhooks:manage": "tell external systems what happens: webhooks, their secrets and deliveries",
    "audit:read": "see who did what in the company (the audit log)",
    "presence:manage": "set how available other attendants are",
    "attendants:read": "see attendants",
    "attendants:manage": "invite, change and deactivate attendants",
}
"""Every permission that exists, with its meaning."""

_BOT = frozenset({"conversations:read", "conversations:write", "contacts:read"})
_ATTENDANT = _BOT | {"conversations:assign", "contacts:write", "channels:read", "attendants:read"}
_SUPERVISOR = _ATTENDANT | {"contacts:import", "contacts:export", "settings:manage", "presence:manage"}
_ADMIN = _SUPERVISOR | {"privacy:manage", "audit:read", "channels:manage", "attendants:manage", "webhooks:manage"}

ROLES: Mapping[Role, frozenset[str]] = {
    "operator": frozenset({"operator"}),
    "admin": _ADMIN,
    "supervisor": _SUPERVISOR,
    "attendant": _ATTENDANT,
    "bot": _BOT,
}
"""The built-in roles. An operator runs the platform and sees no tenant's conversations."""


def permissions_of(role: str) -> frozenset[str]:
    """The permissions of a role; none for a role that this version does not know."""
    return next((found for name, found in ROLES.items() if name == role), frozenset())
