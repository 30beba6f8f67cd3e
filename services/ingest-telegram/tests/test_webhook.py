"""Updates are taken whole and durably, or refused with the reason; the token is told to nobody."""

import asyncio
import base64
import logging
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from atd_schemas.contents import AnswerContent
from atd_schemas.inbound import InboundMessage, InboundUnparsed
from atd_servicekit.errors import PublishFailed
from atd_testing.telegram import Behaviour, updates
from atd_testing.telegram.updates import text, update
from atd_testing.waiting import eventually

from .conftest import new_token

Service = Any
"""Of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.proves("telegram", "text-in")
async def test_a_text_of_a_customer_is_published_once_however_often_it_is_delivered(service: Service) -> None:
    made = await service.connect()
    for _ in range(2):
        assert (await service.deliver(made, update(1, "message", text("Oi")))).status_code == 200
    events = await service.of_account(made["id"], 2)
    assert len({event.id for event in events}) == 1
    assert events[0].data.text == "Oi"


@pytest.mark.proves("telegram", "secret-wrong-missing-unknown")
async def test_a_wrong_or_missing_secret_is_401_and_an_unknown_account_404(service: Service) -> None:
    made, other = await service.connect(), await service.connect()
    body = update(1, "message", text("Oi"))
    for secret in ("", "x", service.secret(other), service.secret(made) + "x", service.secret(made).lower()):
        assert (await service.deliver(made, body, secret)).status_code == 401
    bare = await service.client.post(f"/webhooks/telegram/{made['id']}", json=body)
    assert (bare.status_code, bare.json()["code"]) == (401, "unauthenticated")
    for address in (str(uuid4()), "no-id"):
        assert (await service.client.post(f"/webhooks/telegram/{address}", json=body)).status_code == 404


async def test_the_secret_is_compared_in_constant_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await service.connect()
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("atd_channelkit.webhooks.reader.hmac.compare_digest", compare)
    assert (await service.deliver(made, update(2, "message", text("Oi")))).status_code == 200
    assert compared == [(service.secret(made).encode(),) * 2]


@pytest.mark.proves("telegram", "unknown-kept-whole")
async def test_what_is_not_understood_is_kept_whole_and_answered_200(service: Service) -> None:
    made = await service.connect()
    raw = b'{"update_id": 7, "hologram": {"depth": [1, 2, {"x": "\\u00e1"}]}}'
    assert (await service.deliver(made, raw)).status_code == 200
    [kept] = await service.of_account(made["id"], 1)
    assert isinstance(kept, InboundUnparsed)
    assert base64.b64decode(kept.data.body) == raw


@pytest.mark.proves("telegram", "too-large-told-at-once")
@pytest.mark.parametrize("size", [20 * 1024 * 1024 + 1, 102_400])
async def test_a_video_over_20_mb_or_a_photo_that_getfile_refuses_holds_no_later_text_up(
    service: Service, size: int
) -> None:
    made = await service.connect()
    service.fake.behaviours.append(Behaviour(kind="error", on="address", account=made["bot_id"], times=None))
    kind = {"video": updates.video(size=size)} if size > 102_400 else {"photo": updates.photo(size=size)}
    asked = asyncio.get_running_loop().time()
    first = update(1, "message", updates.message(51, caption="Veja só", **kind))
    assert (await service.deliver(made, first)).status_code == 200
    assert (await service.deliver(made, update(2, "message", text("E aí?", message_id=52)))).status_code == 200
    assert asyncio.get_running_loop().time() - asked < 30, "it would be asked for again for hours"
    [file, words] = await service.of_account(made["id"], 2)
    assert (file.data.text, words.data.text) == ("Veja só", "E aí?")
    [attachment] = file.data.attachments
    assert attachment.unavailable == ("too_large" if size > 102_400 else None)


@pytest.mark.proves("telegram", "update-repeated-nothing-lost")
async def test_an_update_posted_twice_in_parallel_while_kafka_refuses_one_is_503_once_and_never_lost(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repeat of what was refused is not eaten by any mark of the first."""
    made = await service.connect()
    publish, calls = service.runtime.producer.publish, []

    async def refuse_the_first(records: Any, **options: Any) -> None:
        calls.append(records)
        if len(calls) == 1:
            raise PublishFailed("Kafka is away")
        await publish(records, **options)

    body = update(1, "message", text("Oi"))
    with monkeypatch.context() as patched:
        patched.setattr(service.runtime.producer, "publish", refuse_the_first)
        answers = await asyncio.gather(*(service.deliver(made, body) for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [200, 503]
    assert next(one for one in answers if one.status_code == 503).headers["Retry-After"]
    assert (await service.deliver(made, body)).status_code == 200
    events = await service.of_account(made["id"], 2)
    assert len({event.id for event in events}) == 1


@pytest.mark.proves("telegram", "update-repeated-nothing-lost")
async def test_an_update_id_far_below_the_last_one_is_taken(service: Service) -> None:
    """After a week without updates Telegram counts from a random number."""
    made = await service.connect()
    for number, update_id in enumerate((880_000_000, 12_345, 880_000_001)):
        body = update(update_id, "message", text(f"Oi {number}", message_id=60 + number))
        assert (await service.deliver(made, body)).status_code == 200
    events = await service.of_account(made["id"], 3)
    assert [event.data.text for event in events] == ["Oi 0", "Oi 1", "Oi 2"]


@pytest.mark.proves("telegram", "click-answered-cleared")
async def test_a_click_is_published_answered_and_its_buttons_go_whatever_telegram_says(service: Service) -> None:
    made = await service.connect()
    bot_id, clicked = int(made["bot_id"]), "callback_query"
    sent = updates.of_bot(52, text="Ok?", reply_markup=updates.buttons([("Sim", "opt:1"), ("Não", "opt:2")]))
    sent["from"]["id"] = bot_id
    service.fake.messages[bot_id, updates.ANA, 52] = sent
    assert (await service.deliver(made, update(1, clicked, updates.click("opt:1", on=sent)))).status_code == 200
    [event] = await service.of_account(made["id"], 1)
    assert isinstance(event, InboundMessage)
    assert isinstance(event.data.content, AnswerContent)
    assert (event.data.kind, event.data.text, event.data.content.reply.id) == ("interactive", "Sim", "opt:1")

    async def cleared() -> bool:
        return "reply_markup" not in sent and any(
            one["bot"] == bot_id and one["callback_query_id"] == "4382001" for one in service.fake.answered
        )

    assert await eventually(cleared)
    service.fake.behaviours.append(
        Behaviour(
            kind="error", on="callback", account=made["bot_id"], code=400, details="Bad Request: query is too old"
        )
    )
    late = update(2, clicked, updates.click("opt:2", query_id="4382002", on=sent))
    assert (await service.deliver(made, late)).status_code == 200


@pytest.mark.proves("telegram", "token-told-nobody")
async def test_the_token_is_in_no_log_error_metric_or_answer(
    service: Service, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """httpx logs the address of every request at INFO, and Telegram's addresses contain the token."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "aiohttp", "asyncio"):
        caplog.set_level(logging.INFO, name)
    token = new_token()
    secret = token.partition(":")[2]
    with structlog.testing.capture_logs() as logged:
        made = await service.connect(bot_token=token)
        service.fake.behaviours.append(
            Behaviour(kind="error", on="check", account=made["bot_id"], code=500, details="Internal Server Error")
        )
        answers = [
            (await service.post(f"/{made['id']}/check")).text,
            (await service.post(f"/{made['id']}/repair")).text,
            (await service.deliver(made, update(1, "message", updates.message(photo=updates.photo())))).text,
            str(await service.read(made["id"])),
        ]
        events = await service.of_account(made["id"], 1)
    metrics = (await service.client.get("/metrics")).text
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("uvicorn")]
    assert any("/bot[token]/getMe" in one for one in ours), "httpx did log the addresses"
    written = capsys.readouterr()
    for told in (*map(str, logged), *ours, *answers, *map(repr, events), metrics, written.out, written.err):
        assert secret not in told


async def test_an_answer_of_the_service_has_no_httpx_error_with_an_address(service: Service) -> None:
    made = await service.connect()
    service.fake.behaviours.append(Behaviour(kind="cut_after", on="check", account=made["bot_id"]))
    answer: httpx.Response = await service.post(f"/{made['id']}/check")
    assert answer.json()["reason"] == "unreachable"
    assert "/bot" not in answer.text
