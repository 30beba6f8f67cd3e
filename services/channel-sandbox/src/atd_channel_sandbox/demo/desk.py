"""Sets the company of the demonstration up by the public API: what is there already stays as it is."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import httpx

from atd_channel_sandbox.demo import company, records
from atd_channel_sandbox.demo.calling import Json, StoryFailed, call

PAGE = 100


class Desk:
    """The company's people, tags, types and so on by their names; `set_up` makes what is missing."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api
        self.tags: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.clients: dict[str, httpx.AsyncClient] = {}

    async def set_up(self, email: str, password: str) -> None:
        """Everything that stories refer to, and the company's settings. Raises `StoryFailed`."""
        self.tags = await self._items("tags", company.TAGS)
        self.labels = await self._items("labels", company.LABELS)
        self.types = await self._items("types", [one for one in company.TYPES if "parent" not in one])
        self.types = await self._items(
            "types",
            [
                {"name": one["name"], "parent_id": self.types[key_of(one["parent"])]}
                for one in company.TYPES
                if "parent" in one
            ],
        )
        await self._items("contact-fields", company.FIELDS, "key")
        await self._items("automatic-replies", company.AUTOMATIC_REPLIES)
        await self._replies()
        await self._ratings()
        await self._colleagues(email, password)
        await self._routing()

    async def close(self) -> None:
        """Close the connections of the colleagues."""
        for client in self.clients.values():
            await client.aclose()

    async def fill_records(self) -> None:
        """What is known of the customers, once they have written. What somebody wrote into a record stays."""
        for one in records.RECORDS:
            contact = await self._contact(one.name)
            if contact is not None:
                await self._fill(contact, one)
        for written in records.WRITTEN:
            await self._write_down(written)

    async def _items(self, path: str, wanted: Sequence[Json], name: str = "name") -> dict[str, str]:
        """The ids of all items of a list by their folded names, after the missing ones of `wanted` were made."""
        found = {key_of(one[name]): one["id"] for one in await self._all(path)}
        for body in wanted:
            if key_of(body[name]) not in found:
                made = await call(self._api, "POST", f"/{path}", body)
                found[key_of(body[name])] = made["id"]
        return found

    async def _all(self, path: str) -> list[Json]:
        items: list[Json] = []
        cursor = None
        while True:
            params = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            page = await call(self._api, "GET", f"/{path}", params=params)
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def _replies(self) -> None:
        known = {key_of(one["shortcut"]) for one in await self._all("replies")}
        for one in company.REPLIES:
            if key_of(one.body["shortcut"]) in known:
                continue
            uploads = []
            if one.file is not None:
                name, content = one.file
                files = {"file": (name, content(), "application/pdf")}
                uploads = [(await call(self._api, "POST", "/attachments", files=files))["id"]]
            await call(self._api, "POST", "/replies", {**one.body, "attachment_ids": uploads})

    async def _ratings(self) -> None:
        """Customers are asked; a company that has decided for itself is left alone."""
        if (await call(self._api, "GET", "/settings/ratings"))["enabled"]:
            return
        await call(self._api, "PUT", "/settings/ratings", company.RATINGS)

    async def _routing(self) -> None:
        """Hours, teams, rules and targets; those that are there already stay as they are."""
        me = (await call(self._api, "GET", "/me"))["id"]
        hours = await self._items("hours", company.HOURS)
        teams = []
        for team in company.TEAMS:
            members = [{"attendant_id": one} for one in (me, *(self.people[each.name] for each in team.members))]
            hours_id = hours[key_of(team.hours)] if team.hours else None
            teams.append({**team.body, "members": members, "hours_id": hours_id})
        by_name = await self._items("teams", teams)
        rules = [{**one.body, "team_id": by_name[key_of(one.team)]} for one in company.ASSIGNMENT_RULES]
        await self._items("assignment-rules", rules)
        await self._items("service-levels", company.SERVICE_LEVELS)

    async def _colleagues(self, email: str, password: str) -> None:
        domain = email.partition("@")[2]
        known = {one["email"]: one for one in await self._all("attendants")}
        for one in company.COLLEAGUES:
            address = f"{one.login}@{domain}"
            if address not in known:
                body = {"name": one.name, "email": address, "password": password, "role": one.role}
                known[address] = await call(self._api, "POST", "/attendants", body)
            self.people[one.name] = known[address]["id"]
            self.clients[one.name] = await self._signed_in(address, password)

    async def _signed_in(self, email: str, password: str) -> httpx.AsyncClient:
        """A client on behalf of a colleague; where they have changed their password, of the administrator."""
        client = httpx.AsyncClient(base_url=self._api.base_url, timeout=self._api.timeout, trust_env=False)
        try:
            answer = await call(client, "POST", "/auth/login", {"email": email, "password": password})
            client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        except StoryFailed:
            client.headers["Authorization"] = self._api.headers["Authorization"]
        return client

    async def _contact(self, name: str) -> Json | None:
        page = await call(self._api, "GET", "/contacts", params={"q": name, "limit": str(PAGE)})
        return next((one for one in page["items"] if one["name"] == name), None)

    async def _fill(self, contact: Json, record: records.Record) -> None:
        path = f"/contacts/{contact['id']}"
        facts = {key: value for key, value in record.facts.items() if key != "fields" and not contact[key]}
        fields = {key: value for key, value in record.facts.get("fields", {}).items() if key not in contact["fields"]}
        if facts or fields:
            await call(self._api, "PATCH", path, {**facts, **({"fields": fields} if fields else {})})
        worn = {one["name"] for one in contact["labels"]}
        for label in record.labels:
            if label not in worn:
                await call(self._api, "PUT", f"{path}/labels/{self.labels[key_of(label)]}")
        if record.note is not None and not (await call(self._api, "GET", f"{path}/notes"))["items"]:
            writer = self.clients[company.MARIANA.name]
            await call(writer, "POST", f"{path}/notes", {"text": record.note})

    async def _write_down(self, written: records.Written) -> None:
        """The record, unless it is there or was merged already."""
        kept = await self._contact(written.merged_into) if written.merged_into else None
        if kept is not None:
            merges = await call(self._api, "GET", f"/contacts/{kept['id']}/merges")
            if any(one["contact"]["name"] == written.name for one in merges["items"]):
                return
        found = await self._contact(written.name)
        contact: Any = found or await call(self._api, "POST", "/contacts", written.facts)
        if kept is not None:
            chosen = {"contact_id": contact["id"], "fields": {"name": kept["name"]}}
            await call(self._api, "POST", f"/contacts/{kept['id']}/merge", chosen)
        if written.blocked is not None and not contact["blocked"]:
            await call(self._api, "PUT", f"/contacts/{contact['id']}/block", {"reason": written.blocked})


def key_of(name: str) -> str:
    """A name as names are compared: without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))
