"""The fake Graph API of a running system, by its control routes."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from atd_testing.whatsapp import Behaviour, SentMessage, WebhookSettings
from tests.harness.people import Account
from tests.harness.system import FAKE, System


class Graph:
    """What was sent for one account, and how the fake behaves towards it."""

    def __init__(self, system: System, account: Account) -> None:
        self._account = account
        self._client = httpx.AsyncClient(base_url=f"{system.url(FAKE)}/_fake", trust_env=False, timeout=30)

    async def close(self) -> None:
        await self._client.aclose()

    async def deliver_webhooks(self, settings: WebhookSettings) -> None:
        """Deliver webhooks to the account's own address, with receipts as the settings say."""
        callback = {
            "callback_url": self._account.webhook_url,
            "app_secret": self._account.app_secret,
            "verify_token": self._account.verify_token,
            "phone_number_id": self._account.phone_number_id,
            "business_account_id": self._account.business_account_id,
        }
        await self._call("PUT", "/webhook-settings", settings.model_dump(mode="json"))
        await self._call("PUT", "/callbacks", callback)

    async def behave(self, behaviour: Behaviour) -> None:
        """Misbehave towards this account's sends."""
        mine = behaviour.model_copy(update={"account": self._account.phone_number_id})
        await self._call("POST", "/behaviours", mine.model_dump(mode="json"))

    async def sent(self) -> list[SentMessage]:
        """What it took from this account, in order."""
        answer = await self._client.get("/sent", params={"phone_number_id": self._account.phone_number_id})
        answer.raise_for_status()
        return [SentMessage.model_validate(one) for one in answer.json()]

    async def idle(self) -> bool:
        """Whether every webhook that it had to deliver has been answered 200."""
        answer = await self._client.get("/status")
        return bool(answer.json()["idle"])

    async def customer_writes(self, sender: str, text: str, message_id: str | None = None) -> str:
        """A customer writes to the account; the message's id."""
        message: dict[str, Any] = {
            "phone_number_id": self._account.phone_number_id,
            "sender": sender,
            "text": text,
            "message_id": message_id,
        }
        answer = await self._call("POST", "/messages", [message])
        return str(answer.json()["message_ids"][0])

    async def customer_sends(
        self, sender: str, name: str, mime_type: str, data: bytes, *, kind: str = "document"
    ) -> str:
        """A customer sends a file to the account; the message's id."""
        file = {"data": base64.b64encode(data).decode(), "mime_type": mime_type, "filename": name}
        message = {"phone_number_id": self._account.phone_number_id, "sender": sender, "kind": kind, "file": file}
        answer = await self._call("POST", "/messages", [message])
        return str(answer.json()["message_ids"][0])

    async def _call(self, method: str, path: str, content: Any) -> httpx.Response:
        answer = await self._client.request(method, path, json=content)
        answer.raise_for_status()
        return answer
