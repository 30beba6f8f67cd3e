"""Nodes that are read: who a token is of, what it may do, people, files of messages; and subscriptions."""

from functools import partial
from typing import Any

from atd_testing.meta.errors import GraphError
from atd_testing.meta.handled import Asked, Handled
from atd_testing.meta.state import APP_ID, FakeState, Json

PERSON = "100000000000001"
"""Whose a token is that is of no page."""


class Nodes:
    """Answers single nodes and `subscribed_apps`."""

    def __init__(self, state: FakeState) -> None:
        self._state = state

    def handler(self, call: Asked) -> Handled | None:
        """What answers a call, if it is of this part."""
        if call.edge == "subscribed_apps":
            return "subscribe", "", "", partial(self._subscription, call)
        if call.method != "GET" or call.edge is not None:
            return None
        match call.node:
            case "me":
                return "check", "", "", partial(self._me, call)
            case "app":
                return "subscribe", "", "", _app
            case "debug_token":
                return "subscribe", "", "", partial(self._debug, call)
            case node if node in self._state.message_files:
                return "address", "", node, partial(self._files, call)
            case node if node.isdigit():
                return "profile", "", node, partial(self._profile, call)
            case _:
                return None

    async def _me(self, call: Asked) -> Json:
        if call.own is None:
            return {"id": PERSON, "name": "Uma pessoa"}
        page = self._state.page(call.own)
        if call.own.startswith("1784"):
            return {"id": page.app_scoped_id or f"9{page.id}", "user_id": page.id, "username": page.username}
        shown: Json = {"id": page.id, "name": page.name}
        if page.instagram_id is not None:
            shown["instagram_business_account"] = {"id": page.instagram_id, "username": page.username}
        return shown

    async def _debug(self, call: Asked) -> Json:
        rules = self._state.rules
        token = call.params.get("input_token", "")
        revoked = any(token == one or token.endswith(f".{one}") for one in self._state.revoked_tokens)
        data = {
            "app_id": APP_ID,
            "type": "PAGE",
            "is_valid": not revoked,
            "scopes": list(rules.permissions),
            "expires_at": rules.expires_at,
        }
        return {"data": data}

    async def _subscription(self, call: Asked) -> Json:
        account = call.account
        needed = "pages_manage_metadata"
        if not account.startswith("1784") and needed not in self._state.rules.permissions:
            raise GraphError(200, f"(#200) Requires {needed} permission to manage the object")
        match call.method:
            case "GET":
                fields = self._state.subscribed.get(account)
                rows = (
                    [] if fields is None else [{"id": APP_ID, "name": "Atendimento", "subscribed_fields": list(fields)}]
                )
                return {"data": rows}
            case "DELETE":
                self._state.subscribed.pop(account, None)
            case _:
                fields = tuple(one for one in call.params.get("subscribed_fields", "").split(",") if one)
                if not fields:
                    raise GraphError(100, "(#100) Param subscribed_fields is required")
                self._state.subscribed[account] = fields
        return {"success": True}

    async def _profile(self, call: Asked) -> Json:
        if call.node in self._state.pages and call.own == call.node:
            return {"id": call.node, "name": self._state.page(call.node).name}
        known = [person for (_, one), person in self._state.people.items() if one == call.node]
        if not known:
            raise GraphError(100, "(#100) No profile available for this user.", 2018218)
        person = known[-1]
        first, _, last = person.name.partition(" ")
        told = {
            "id": person.id,
            "name": person.name,
            "first_name": first,
            "last_name": last,
            "username": person.username,
        }
        wants_picture = "profile_pic" in call.params.get("fields", "").split(",")
        return {**told, "profile_pic": person.picture} if wants_picture and person.picture else told

    async def _files(self, call: Asked) -> Json:
        rows = []
        for file_id in self._state.message_files[call.node]:
            file = self._state.files.get(file_id)
            if file is not None:
                rows.append(_attachment(self._state, file_id, file.mime_type, len(file.data)))
        return {"id": call.node, "attachments": {"data": rows}}


async def _app() -> Json:
    return {"id": APP_ID}


def _attachment(state: FakeState, file_id: str, mime_type: str, size: int) -> Json:
    """A file of a message at a new address."""
    url = state.new_address(file_id)
    row: dict[str, Any] = {"id": file_id, "mime_type": mime_type, "size": size}
    kind = mime_type.partition("/")[0]
    if kind in ("image", "video"):
        row[f"{kind}_data"] = {"url": url}
    else:
        row["file_url"] = url
    return row
