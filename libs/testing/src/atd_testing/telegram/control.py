"""Control routes of the fake, under `/_fake/`: its logs, its settings, chats, updates."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from atd_testing.providers.control import add_logs, add_settings, status_of
from atd_testing.telegram.state import Behaviour, BotApiSettings, Chat, FakeState, Json, SentMessage
from atd_testing.telegram.updates_queue import UpdatesQueue


class ToldUpdate(BaseModel):
    """An update for a bot; without `update_id` it gets one."""

    bot: int
    update: Json = Field(description="An update as Telegram writes it, such as {'message': {...}}")


class PlacedChat(BaseModel):
    """A chat of a bot."""

    bot: int
    chat: Chat


def control_router(state: FakeState, updates: UpdatesQueue) -> APIRouter:
    """The routes under `/_fake/`."""
    router = APIRouter(prefix="/_fake", tags=["control"])
    add_logs(router, state, updates.sender)
    add_settings(router, state, Behaviour)
    _add_calls(router, state, updates)

    @router.put("/rules")
    async def set_rules(rules: BotApiSettings) -> BotApiSettings:
        """Set the limits, and whether unknown chats are taken."""
        state.rules = rules
        return rules

    @router.put("/chats")
    async def set_chat(placed: PlacedChat) -> Chat:
        """Say what a chat is like: who blocked the bot, which topics a group has, what it became."""
        state.chats[placed.bot, placed.chat.id] = placed.chat
        return placed.chat

    @router.post("/files")
    async def add_file(request: Request, bot: int, mime_type: str = "image/jpeg") -> Json:
        """A file of a person's, for the updates of a bot: what stands in them of it."""
        made = state.files.add(bot, await request.body(), mime_type, folder="photos")
        return {"file_id": made.file_id, "file_unique_id": made.file_unique_id, "file_size": made.size}

    @router.post("/updates", status_code=202)
    async def tell(told: ToldUpdate) -> dict[str, Any]:
        """Tell a bot of an update."""
        return {"update": updates.tell(told.bot, told.update)}

    return router


def _add_calls(router: APIRouter, state: FakeState, updates: UpdatesQueue) -> None:
    @router.get("/sent")
    async def list_sent(bot: str | None = None, recipient: str | None = None) -> list[SentMessage]:
        """Every call that was accepted, in order."""
        found = state.sent if recipient is None else state.sent_to(recipient)
        return [sent for sent in found if bot in (None, sent.account)]

    @router.get("/bots/{bot}/webhook")
    async def show_webhook(bot: int) -> Json:
        """Where a bot's updates go, and the secret: for those who write updates themselves."""
        found = state.callbacks.get(str(bot))
        return {} if found is None else {"url": found.callback_url, "secret_token": found.secret}

    @router.get("/status")
    async def show_status() -> dict[str, Any]:
        """Counts, and whether no webhook waits."""
        webhooks = {str(bot.id): bot.webhook.get("url", "") for bot in state.bots.values()}
        return status_of(state, updates.sender) | {"answered": len(state.answered), "webhooks": webhooks}
