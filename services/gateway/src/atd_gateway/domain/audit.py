"""What is written into the audit log: which requests, under which name, and what of them.

Of what people do in conversations the timeline of each conversation tells. Here stands what is done to the company's
settings and people, and what takes customers' data out or away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from atd_schemas.envelope import Actor

Action = Literal[
    "session.opened",
    "session.refused",
    "session.ended",
    "session.reused",
    "token.refused",
    "attendant.added",
    "attendant.changed",
    "attendant.password_given",
    "attendant.password_changed",
    "channel.added",
    "channel.changed",
    "channel.removed",
    "setting.added",
    "setting.changed",
    "setting.removed",
    "setting.merged",
    "retention.changed",
    "contacts.imported",
    "contacts.import_undone",
    "contacts.exported",
    "contacts.downloaded",
    "contact.data_exported",
    "contact.data_downloaded",
    "contact.erased",
    "hold.set",
    "hold.released",
    "transcript.made",
    "transcript.downloaded",
    "webhook.replayed",
    "webhook.replay_stopped",
]
"""`session.refused`: a wrong password. `session.reused`: a refresh token that was used before. `token.refused`: the
token of a session that is over, or of somebody who was deactivated."""

ACTIONS: tuple[Action, ...] = get_args(Action)

Outcome = Literal["done", "refused", "failed", "unknown"]
"""`refused`: the answer was 4xx. `failed`: 5xx. `unknown`: nobody saw the answer; it may have happened."""

_FAILED, _REFUSED = 500, 400
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Audited:
    """A request that is written down: its action, the kind of its subject, and the fields of its body to keep.

    `subject_id` is in the path; of what a request creates it is in the answer (`creates`).
    `own`: it is whoever asks.
    """

    action: Action
    kind: str
    details: tuple[str, ...] = ()
    subject_id: str | None = None
    creates: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what on what, when, from where. `times`: so often within an hour, from the same address."""

    id: str
    tenant_id: str
    at: datetime
    action: Action
    actor: Actor
    address: str
    device: str
    subject_type: str | None = None
    subject_id: str | None = None
    request_id: str | None = None
    outcome: Outcome = "done"
    status: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


def outcome_of(status: int) -> Outcome:
    """What an answer says of a request."""
    return "failed" if status >= _FAILED else "refused" if status >= _REFUSED else "done"


def kept_details(body: Any, names: Sequence[str]) -> dict[str, Any]:
    """The fields of a request's body that are kept: numbers, truths and short words; never what people wrote."""
    if not isinstance(body, dict):
        return {}
    return {name: body[name] for name in names if name in body and _is_plain(body[name])}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= _LONGEST_VALUE)


def _catalogue(path: str, kind: str, *, merges: bool = False, ordered: bool = False) -> dict[str, Audited]:
    """The requests that change a list of settings."""
    found = {
        f"POST /{path}": Audited("setting.added", kind, creates=True),
        f"PATCH /{path}/{{}}": Audited("setting.changed", kind),
        f"DELETE /{path}/{{}}": Audited("setting.removed", kind),
    }
    if merges:
        found[f"POST /{path}/{{}}/merge"] = Audited("setting.merged", kind)
    if ordered:
        found[f"PUT /{path}/order"] = Audited("setting.changed", kind)
    return found


def _setting(name: str) -> dict[str, Audited]:
    return {f"PUT /settings/{name}": Audited("setting.changed", name)}


def _routing(name: str) -> dict[str, Audited]:
    return {f"PUT /routing/{name}": Audited("setting.changed", name)}


def _hold(path: str, kind: str) -> dict[str, Audited]:
    return {
        f"PUT /{path}/{{}}/hold": Audited("hold.set", kind),
        f"DELETE /{path}/{{}}/hold": Audited("hold.released", kind),
    }


_MADE_FILES = {
    "POST /contacts/exports": Audited("contacts.exported", "export", creates=True),
    "GET /contacts/exports/{}/content": Audited("contacts.downloaded", "export"),
    "POST /contacts/{}/data-exports": Audited("contact.data_exported", "contact"),
    "GET /contacts/{}/data-exports/*/content": Audited("contact.data_downloaded", "contact"),
    "POST /conversations/{}/transcripts": Audited("transcript.made", "conversation", ("audience", "format")),
    "GET /conversations/{}/transcripts/*/content": Audited("transcript.downloaded", "conversation"),
}

AUDITED: Mapping[str, Audited] = {
    "DELETE /sessions/{}": Audited("session.ended", "session"),
    "POST /attendants": Audited("attendant.added", "attendant", ("role", "visibility"), creates=True),
    "PATCH /attendants/{}": Audited("attendant.changed", "attendant", ("role", "visibility", "active")),
    "PUT /attendants/{}/password": Audited("attendant.password_given", "attendant"),
    "PATCH /me": Audited("attendant.changed", "attendant", own=True),
    "POST /me/password": Audited("attendant.password_changed", "attendant", own=True),
    "POST /channels": Audited("channel.added", "channel", ("kind",), creates=True),
    "PATCH /channels/{}": Audited("channel.changed", "channel"),
    "POST /channels/{}/repair": Audited("channel.changed", "channel"),
    "DELETE /channels/{}": Audited("channel.removed", "channel"),
    "DELETE /channels/{}/previous-app-secrets": Audited("channel.changed", "channel"),
    **_catalogue("tags", "tag", merges=True),
    **_catalogue("labels", "label", merges=True),
    **_catalogue("types", "type", merges=True, ordered=True),
    **_catalogue("replies", "reply"),
    **_catalogue("automatic-replies", "automatic_reply", ordered=True),
    **_catalogue("contact-fields", "contact_field"),
    **_catalogue("teams", "team"),
    **_catalogue("hours", "hours"),
    **_catalogue("service-levels", "service_level", ordered=True),
    **_catalogue("assignment-rules", "assignment_rule", ordered=True),
    **_catalogue("away-reasons", "away_reason", ordered=True),
    **_routing("distribution"),
    **_routing("inactivity"),
    **_routing("presence"),
    **_routing("telling"),
    "PUT /presence/{}": Audited("attendant.changed", "attendant", ("state",)),
    **_setting("closing"),
    **_setting("file-too-large"),
    **_setting("reopening"),
    **_setting("protocol"),
    **_setting("public-comments"),
    **_setting("ratings"),
    "PUT /privacy/retention": Audited(
        "retention.changed", "retention", ("messages_days", "files_days", "contacts_days")
    ),
    "POST /contacts/imports/{}/start": Audited("contacts.imported", "import"),
    "POST /contacts/imports/{}/undo": Audited("contacts.import_undone", "import"),
    "POST /contacts/{}/erase": Audited("contact.erased", "contact"),
    **_hold("contacts", "contact"),
    **_hold("conversations", "conversation"),
    **_MADE_FILES,
    **_catalogue("webhooks", "webhook"),
    **dict.fromkeys(
        ("POST /webhooks/{}/replay", "POST /webhooks/{}/resend-failed", "POST /webhooks/{}/recover"),
        Audited("webhook.replayed", "webhook", ("since", "until", "only")),
    ),
    "POST /webhook-deliveries/{}/resend": Audited("webhook.replayed", "webhook_delivery"),
    "DELETE /webhooks/{}/replays/*": Audited("webhook.replay_stopped", "webhook"),
    "POST /webhooks/{}/rotate-secret": Audited("setting.changed", "webhook"),
    "DELETE /webhooks/{}/secrets/old": Audited("setting.changed", "webhook"),
}
"""By method and path below `/api/v1`: `{}` is the subject's id, `*` any other."""

_PREFIX = ("api", "v1")
_Node = dict[str, Any]


class AuditTable:
    """Finds what is written down of a request: a few look-ups for one that is not."""

    def __init__(self, audited: Mapping[str, Audited] = AUDITED) -> None:
        self._root: _Node = {}
        for name, what in audited.items():
            method, _, path = name.partition(" ")
            node = self._root.setdefault(method, {})
            for part in path.strip("/").split("/"):
                node = node.setdefault(part, {})
            node[""] = what

    def find(self, method: str, path: str) -> Audited | None:
        """What is written down of this request; None: nothing."""
        node, parts = self._root.get(method), path.split("/")
        if node is None or tuple(parts[1:3]) != _PREFIX:
            return None
        subject_id = None
        for part in parts[3:]:
            if part in node and part not in ("{}", "*", ""):
                node = node[part]
            elif "{}" in node:
                node, subject_id = node["{}"], part
            elif "*" in node:
                node = node["*"]
            else:
                return None
        found: Audited | None = node.get("")
        if found is None or subject_id is None:
            return found
        return replace(found, subject_id=subject_id)
