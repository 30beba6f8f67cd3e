"""A company at every other channel than WhatsApp, and what people do there, as the providers tell it."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from atd_testing.telegram import updates
from atd_testing.waiting import eventually
from tests.browser.office import Customer, Office
from tests.harness.channels import Connected, connect_channel, new_number, provider_url

Json = dict[str, Any]


def picture(colour: str) -> bytes:
    """A picture of one colour with a lighter middle."""
    made = Image.radial_gradient("L").resize((320, 240))
    file = io.BytesIO()
    Image.composite(Image.new("RGB", made.size, colour), Image.new("RGB", made.size, "white"), made).save(file, "JPEG")
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Counter:
    """Accounts that are connected. `page` is the Messenger of the page whose comments are `comments`."""

    bot: Connected
    page: Connected
    comments: Connected
    instagram: Connected
    telegram: httpx.AsyncClient
    meta: httpx.AsyncClient

    # Telegram

    async def album(self, of: Customer, caption: str, *colours: str) -> None:
        """Somebody sends pictures to the bot, as one album; the caption stands at the first."""
        person = updates.user(int(of.phone), of.name, username="bruna")
        for place, colour in enumerate(colours):
            asked = {"bot": self.bot.name, "mime_type": "image/jpeg"}
            file = await _done(await self.telegram.post("/_fake/files", params=asked, content=picture(colour)))
            options: Json = {"caption": caption} if place == 0 else {}
            message = updates.message(
                100 + place,
                sender=person,
                date=int(time.time()),
                media_group_id="14000000001",
                photo=[{**file, "width": 320, "height": 240}],
                **options,
            )
            told = {"bot": int(self.bot.name), "update": {"message": message}}
            await _done(await self.telegram.post("/_fake/updates", json=told))

    # Messenger and Instagram

    async def taps(self, of: Customer, title: str, ref: str) -> None:
        """Somebody taps a button of the page's Messenger, having come by a link."""
        named = {"id": of.phone, "name": of.name}
        await _done(await self.meta.put(f"/_fake/people/{self.page.name}", json=named))
        tapped = {"account": self.page.name, "person": of.phone, "title": title, "payload": "PRICES", "ref": ref}
        await _done(await self.meta.post("/_fake/postbacks", json=tapped))

    async def answers_story(self, of: Customer, text: str) -> None:
        """Somebody answers a story of the Instagram account."""
        made = await self.meta.post("/_fake/files", params={"mime_type": "image/jpeg"}, content=picture("#7a3b9c"))
        story = {"id": "17900000000000001", **await _done(made)}
        written = {"account": self.instagram.name, "person": of.phone, "name": of.name, "text": text, "story": story}
        await _done(await self.meta.post("/_fake/messages", json=written))

    # Comments

    @property
    def post(self) -> str:
        """A post of the page."""
        return f"{self.comments.name}_122100001"

    async def publishes(self, text: str) -> None:
        """The page publishes the post."""
        await _done(await self.meta.put("/_fake/posts", json={"id": self.post, "message": text}))

    async def comments_on(self, of: Customer, text: str) -> str:
        """Somebody comments on the post; the comment's id."""
        said = {"parent": self.post, "person": of.phone, "name": of.name, "text": text}
        return str((await _done(await self.meta.post("/_fake/comments", json=said)))["id"])

    async def commented(self) -> list[Json]:
        """What stands below the post."""
        found: list[Json] = await _done(await self.meta.get(f"/_fake/posts/{self.post}/comments"))
        return found

    # What came out

    async def went_out(self, channel: Connected, text: str) -> None:
        """Wait until the provider has been told this text for an account."""
        client = self.telegram if channel is self.bot else self.meta

        async def is_there() -> bool:
            sent = await _done(await client.get("/_fake/sent"))
            return [one["text"] for one in sent if one["account"] == channel.name].count(text) == 1

        await eventually(is_there, message=f"{text!r} at the provider of {channel.kind}")


async def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


@asynccontextmanager
async def opened_counter(office: Office) -> AsyncIterator[Counter]:
    """Connect an account of every kind."""
    system, client = office.system, office.client
    bot = await connect_channel(system, client, "telegram", "Loja no Telegram")
    page = new_number("messenger")
    messenger = await connect_channel(system, client, "messenger", "Loja no Messenger", number=page)
    comments = await connect_channel(system, client, "facebook", "Comentários da página", number=page)
    instagram = await connect_channel(system, client, "instagram", "Loja no Instagram")
    options: Json = {"trust_env": False, "timeout": 30}
    async with (
        httpx.AsyncClient(base_url=provider_url(system, "telegram"), **options) as telegram,
        httpx.AsyncClient(base_url=provider_url(system, "messenger"), **options) as meta,
    ):
        # One address for the page: what is said in private and in public comes to two accounts.
        for account in (messenger, instagram):
            url = account.webhook_url.removesuffix(f"/{account.id}")
            callback = {"account": account.name, "callback_url": url, "secret": account.secret}
            await _done(await meta.put("/_fake/callbacks", json=callback))
        yield Counter(bot, messenger, comments, instagram, telegram, meta)
