"""A client that nobody here wrote (python-telegram-bot) talks to the fake Bot API as a bot would."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    InputMediaVideo,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter

from atd_testing.providers import WebhookReceiver
from atd_testing.telegram import (
    SECRET_HEADER,
    Behaviour,
    Chat,
    ServedBotApi,
    create_fake_bot_api,
    serving_fake_bot_api,
)

TOKEN = "7700000001:AAExampleExampleExampleExampleExampl"
BOT, ANA, GROUP = 7700000001, 5550001111, -1009990001


def png(width: int, height: int) -> bytes:
    """The beginning of a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


@pytest.fixture
def receiver() -> WebhookReceiver:
    return WebhookReceiver()


@pytest.fixture
async def served(receiver: WebhookReceiver) -> AsyncIterator[ServedBotApi]:
    async with serving_fake_bot_api(create_fake_bot_api(webhook_client=receiver.client())) as served:
        yield served


@pytest.fixture
async def bot(served: ServedBotApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # what the library will do by itself soon, and asks to be told
    made = Bot(TOKEN, base_url=f"{served.url}/bot", base_file_url=f"{served.url}/file/bot")
    async with made:
        yield made


async def test_a_bot_learns_who_it_is_and_a_wrong_token_is_told(bot: Bot, served: ServedBotApi) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (BOT, True, f"loja_{BOT}_bot")
    served.api.state.revoked_tokens = {TOKEN}
    with pytest.raises(InvalidToken):
        await bot.get_me()
    async with httpx.AsyncClient(base_url=served.url) as plain:
        assert (await plain.get("/botnonsense/getMe")).status_code == 404


async def test_a_bot_sends_every_kind_of_message(bot: Bot, served: ServedBotApi) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Sim", callback_data="yes")]])
    text = await bot.send_message(ANA, "Bom dia", reply_markup=keyboard)
    assert (text.text, text.chat.id, text.from_user and text.from_user.id) == ("Bom dia", ANA, BOT)
    assert text.reply_markup == keyboard
    photo = await bot.send_photo(ANA, png(800, 600), caption="foto")
    assert (photo.photo[-1].width, photo.photo[-1].height, photo.caption) == (800, 600, "foto")
    document = await bot.send_document(ANA, b"%PDF", filename="conta.pdf", reply_parameters=ReplyParameters(text.id))
    assert document.document is not None
    assert document.document.file_name == "conta.pdf"
    assert document.reply_to_message is not None
    assert document.reply_to_message.text == "Bom dia"
    assert (await bot.send_video(ANA, b"video")).video is not None
    assert (await bot.send_animation(ANA, b"gif")).animation is not None
    assert (await bot.send_audio(ANA, b"mp3")).audio is not None
    assert (await bot.send_voice(ANA, b"ogg")).voice is not None
    assert (await bot.send_video_note(ANA, b"mp4")).video_note is not None
    assert (await bot.send_sticker(ANA, b"webp")).sticker is not None
    venue = await bot.send_venue(ANA, -23.5, -46.6, "Loja", "Rua Um, 1")
    assert venue.venue is not None
    assert venue.venue.title == "Loja"
    assert (await bot.send_location(ANA, -23.5, -46.6)).location is not None
    assert (await bot.send_contact(ANA, "+5511999990000", "Ana")).contact is not None
    asking = ReplyKeyboardMarkup([[KeyboardButton("Enviar telefone", request_contact=True)]])
    assert (await bot.send_message(ANA, "Seu telefone?", reply_markup=asking)).text == "Seu telefone?"
    assert await bot.send_chat_action(ANA, "typing")
    assert served.api.state.actions[-1] == (BOT, ANA, "typing")
    assert [one.method for one in served.api.state.sent][:3] == ["sendMessage", "sendPhoto", "sendDocument"]


async def test_an_album_is_one_call_and_several_messages(bot: Bot, served: ServedBotApi) -> None:
    made = await bot.send_media_group(
        ANA, [InputMediaPhoto(png(10, 10), caption="um"), InputMediaVideo(b"v"), InputMediaPhoto(png(20, 20))]
    )
    assert len({one.media_group_id for one in made}) == 1
    assert [one.caption for one in made] == ["um", None, None]
    [sent] = served.api.state.sent
    assert sent.message_ids == tuple(f"{ANA}:{one.id}" for one in made)
    with pytest.raises(BadRequest, match="from 2 to 10"):
        await bot.send_media_group(ANA, [InputMediaPhoto(png(10, 10))])


async def test_own_messages_are_edited_and_deleted_and_reacted_to(bot: Bot, served: ServedBotApi) -> None:
    text, photo = await bot.send_message(ANA, "Bom dia"), await bot.send_photo(ANA, png(9, 9), caption="um")
    changed = await bot.edit_message_text("Boa tarde", ANA, text.id)
    assert not isinstance(changed, bool)
    assert (changed.text, changed.edit_date is not None) == ("Boa tarde", True)
    with pytest.raises(BadRequest, match="is not modified"):
        await bot.edit_message_text("Boa tarde", ANA, text.id)
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("x", ANA, photo.id)
    await bot.edit_message_caption(ANA, photo.id, caption="dois")
    assert await bot.set_message_reaction(ANA, text.id, "👍")
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(ANA, text.id, "🐢")
    assert await bot.delete_message(ANA, text.id)
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(ANA, text.id)
    served.api.state.clock_offset += timedelta(hours=49)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(ANA, photo.id)


async def test_updates_are_polled_and_confirmed_by_the_offset(bot: Bot, served: ServedBotApi) -> None:
    for number in (1, 2):
        served.api.updates.tell(BOT, said(f"{number}"))
    updates = await bot.get_updates(timeout=0)
    assert [one.message and one.message.text for one in updates] == ["1", "2"]
    assert len(await bot.get_updates(offset=updates[0].update_id + 1)) == 1
    assert await bot.get_updates(offset=updates[1].update_id + 1) == ()


async def test_a_webhook_gets_each_update_with_the_secret_until_it_is_taken(
    bot: Bot, served: ServedBotApi, receiver: WebhookReceiver
) -> None:
    served.api.state.webhooks = served.api.state.webhooks.model_copy(update={"retry_base_ms": 1})
    receiver.answers = [503]
    served.api.updates.tell(BOT, said("waited"))
    assert await bot.set_webhook("https://loja.example/hook", secret_token="s3cret", allowed_updates=["message"])
    await served.api.webhook_sender.wait_until_idle()
    assert len(receiver.bodies) == 2
    assert {request.headers[SECRET_HEADER] for request in receiver.received} == {"s3cret"}
    info = await bot.get_webhook_info()
    assert (info.url, info.allowed_updates) == ("https://loja.example/hook", ("message",))
    assert served.api.updates.tell(BOT, {"message_reaction": {}}) is None
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_a_file_is_downloaded_unless_it_is_over_20_megabytes(bot: Bot, served: ServedBotApi) -> None:
    files = served.api.state.files
    small = files.add(BOT, b"bytes", "image/jpeg", folder="photos")
    large = files.add(BOT, b"", "video/mp4", size=20 * 1024 * 1024 + 1)
    file = await bot.get_file(small.file_id)
    assert bytes(await file.download_as_bytearray()) == b"bytes"
    assert small.downloads == 1
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(large.file_id)


@pytest.mark.parametrize(
    ("chat", "error", "words"),
    [
        ({"standing": "blocked"}, Forbidden, "blocked by the user"),
        ({"standing": "deactivated"}, Forbidden, "deactivated"),
        ({"standing": "unknown"}, BadRequest, "Chat not found"),
        ({"id": GROUP, "type": "supergroup", "standing": "kicked"}, Forbidden, "kicked from the supergroup"),
        ({"id": -5, "type": "group", "migrated_to": GROUP}, ChatMigrated, str(GROUP)),
    ],
)
async def test_a_chat_that_cannot_be_written_to_says_why(
    bot: Bot, served: ServedBotApi, chat: dict[str, object], error: type[Exception], words: str
) -> None:
    placed = Chat.model_validate({"id": ANA, **chat})
    served.api.state.chats[BOT, placed.id] = placed
    with pytest.raises(error, match=words):
        await bot.send_message(placed.id, "Oi")
    assert not served.api.state.sent


async def test_a_missing_topic_is_told(bot: Bot, served: ServedBotApi) -> None:
    served.api.state.chats[BOT, GROUP] = Chat(id=GROUP, type="supergroup", is_forum=True, threads=frozenset({7}))
    assert (await bot.send_message(GROUP, "Oi", message_thread_id=7)).is_topic_message
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(GROUP, "Oi", message_thread_id=8)


@pytest.mark.parametrize(
    ("text", "parse_mode", "words"),
    [
        ("", None, "empty"),
        ("a" * 4095 + "👍", None, "too long"),
        ("1 < 2", "HTML", "parse entities"),
    ],
)
async def test_a_text_that_telegram_does_not_take_is_refused(
    bot: Bot, text: str, parse_mode: str | None, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(ANA, text, parse_mode=parse_mode)


@pytest.mark.parametrize(("width", "height"), [(6400, 4800), (2100, 100)])
async def test_a_picture_that_is_too_large_or_too_narrow_is_refused(bot: Bot, width: int, height: int) -> None:
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(ANA, png(width, height))


async def test_limits_are_kept_per_chat_and_per_bot_when_they_are_on(bot: Bot, served: ServedBotApi) -> None:
    served.api.state.rules.limits = True
    served.api.state.rules.chat_burst = 1
    await bot.send_message(ANA, "1")
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(ANA, "2")
    assert refused.value._retry_after == timedelta(seconds=1)
    await bot.send_message(ANA + 1, "another chat")


async def test_a_scripted_error_has_its_parameters(bot: Bot, served: ServedBotApi) -> None:
    served.api.state.behaviours = [Behaviour(kind="error", code=429, retry_after=17)]
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(ANA, "2")
    assert refused.value._retry_after == timedelta(seconds=17)


def said(text: str) -> dict[str, object]:
    person = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    chat = {"id": ANA, "type": "private", "first_name": "Ana"}
    return {"message": {"message_id": 51, "date": 1767225600, "from": person, "chat": chat, "text": text}}
