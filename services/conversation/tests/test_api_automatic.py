"""Automatic replies, the protocol number and ratings over HTTP, and what customers then hear."""

from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.domain.automation.rules import MAX_REPLIES
from atd_schemas.contents import AnswerContent, Row
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = ("conversations:read", "conversations:write", "conversations:assign", "settings:manage")
HOURS = {"zone": "America/Sao_Paulo", "intervals": [{"day": "monday", "start": "08:00", "end": "18:00"}]}
GREETING = {"name": "Boas-vindas", "trigger": "new_conversation", "text": "Olá, {{contact.first_name}}"}


@pytest.fixture
def manager(desk: Any) -> Any:
    return desk.seen_by(permissions=MANAGER)


async def said(desk: Any, conversation_id: str) -> list[tuple[str, str | None]]:
    """What the product said by itself in a conversation, the oldest first: why, and the text or what happened."""
    rows = await desk.pages(f"/conversations/{conversation_id}/messages")
    found = []
    for row in reversed(rows):
        if "automatic" in row:
            found.append((row["automatic"]["kind"], row["text"]))
        elif row["direction"] == "system":
            found.append((row["content"]["type"], row["content"].get("reason")))
    return found


async def write(desk: Any, text: str | None, **more: Any) -> None:
    """The customer of the first conversation writes."""
    now = desk.service.runtime.clock.now()
    values = {"occurred_at": now, "customer": "5511999900000", "text": text, **more}
    await desk.service.take(customer_message(desk.tenant, desk.account, f"x-{now.timestamp()}", **values))


# --- rules


async def test_a_rule_is_made_changed_and_speaks_at_once(manager: Any) -> None:
    made = await manager.do("POST", "/automatic-replies", GREETING)
    assert made == {
        **GREETING,
        "id": made["id"],
        "enabled": True,
        "position": 9999,
        "words": [],
        "closed_by": "anyone",
        "when": "always",
        "hours": None,
        "channels": [],
        "period_hours": None,
        "version": 1,
    }
    (first,) = await manager.written()
    assert await said(manager, first) == [("reply", "Olá, Ana")]
    path = f"/automatic-replies/{made['id']}"
    await manager.do("PATCH", path, {"text": "Bom dia"})
    (second,) = await manager.written()
    assert await said(manager, second) == [("reply", "Bom dia")]
    await manager.do("PATCH", path, {"enabled": False})
    (third,) = await manager.written()
    assert await said(manager, third) == []


async def test_another_tenants_rules_are_not_there_and_do_not_speak(manager: Any) -> None:
    made = await manager.do("POST", "/automatic-replies", GREETING)
    stranger = manager.stranger().seen_by(permissions=MANAGER)
    path = f"/automatic-replies/{made['id']}"
    for method, body in (("GET", None), ("PATCH", {"text": "x"}), ("DELETE", None)):
        assert (await stranger.refused(method, path, body))[:2] == (404, "not_found")
    assert (await stranger.refused("PUT", "/automatic-replies/order", {"ids": [made["id"]]}))[:2] == (404, "not_found")
    assert await stranger.pages("/automatic-replies") == []
    (conversation_id,) = await stranger.written()
    assert await said(stranger, conversation_id) == []


async def test_only_who_manages_settings_changes_rules(desk: Any) -> None:
    for method, path, body in (
        ("POST", "/automatic-replies", GREETING),
        ("PUT", "/automatic-replies/order", {"ids": []}),
        ("PUT", "/settings/ratings", {"enabled": True}),
        ("PUT", "/settings/protocol", {}),
        ("PUT", "/settings/file-too-large", {}),
    ):
        assert (await desk.refused(method, path, body))[:2] == (403, "forbidden")
    assert await desk.pages("/automatic-replies") == []


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"text": "Olá {{contact.nome}}"}, "unknown_variable", ["text"]),
        ({"text": "Olá {{contact.phone}}"}, "unknown_variable", ["text"]),
        ({"text": "Olá {{contact.name"}, "broken_variable", ["text"]),
        ({"text": "  "}, "invalid", ["text"]),
        ({"text": "x" * 2001}, "invalid", ["text"]),
        ({"name": "x" * 81}, "invalid", ["name"]),
        ({"trigger": "keyword"}, "invalid", ["words"]),
        ({"trigger": "keyword", "words": ["!!!"]}, "invalid", ["words[0]"]),
        ({"trigger": "keyword", "words": ["x" * 61]}, "invalid", ["words[0]"]),
        ({"trigger": "keyword", "words": ["x"] * 21}, "invalid", ["words"]),
        ({"trigger": "sometimes"}, "invalid", ["trigger"]),
        ({"when": "outside"}, "invalid", ["hours"]),
        ({"when": "outside", "hours": {**HOURS, "zone": "Sao Paulo"}}, "invalid", ["hours.zone"]),
        ({"when": "outside", "hours": {**HOURS, "zone": "../etc/passwd"}}, "invalid", ["hours.zone"]),
        ({"hours": {**HOURS, "intervals": [{"day": "monday", "start": "8", "end": "18:00"}]}}, "invalid", None),
        ({"period_hours": 0}, "invalid", ["period_hours"]),
        ({"period_hours": 24 * 91}, "invalid", ["period_hours"]),
        ({"channels": ["fax"]}, "invalid", ["channels[0]"]),
        ({"word": "x"}, "invalid", ["word"]),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(manager: Any, change: Any, code: str, fields: Any) -> None:
    status, told, named = await manager.refused("POST", "/automatic-replies", {**GREETING, **change})
    assert (status, told) == (422, code)
    assert fields is None or named == fields


async def test_a_change_is_checked_with_what_stays(manager: Any) -> None:
    made = await manager.do("POST", "/automatic-replies", GREETING)
    path = f"/automatic-replies/{made['id']}"
    assert await manager.refused("PATCH", path, {"trigger": "keyword"}) == (422, "invalid", ["words"])
    assert await manager.refused("PATCH", path, {"text": None}) == (422, "invalid", ["text"])
    changed = await manager.do("PATCH", path, {"trigger": "keyword", "words": ["preço"]})
    assert (changed["trigger"], changed["words"], changed["version"]) == ("keyword", ["preço"], 2)


async def test_rules_are_put_in_an_order(manager: Any) -> None:
    ids = [
        (await manager.do("POST", "/automatic-replies", {**GREETING, "name": name, "text": name}))["id"]
        for name in ("primeira", "segunda", "terceira")
    ]
    await manager.do("PUT", "/automatic-replies/order", {"ids": ids[::-1]})
    rows = await manager.pages("/automatic-replies")
    assert [row["id"] for row in sorted(rows, key=lambda row: row["position"])] == ids[::-1]
    (conversation_id,) = await manager.written()
    assert await said(manager, conversation_id) == [("reply", "terceira")]
    too_many = {"ids": ["x"] * (MAX_REPLIES + 1)}
    assert await manager.refused("PUT", "/automatic-replies/order", too_many) == (422, "invalid", ["ids"])


async def test_a_check_says_what_would_be_sent_and_why_the_rest_would_not(manager: Any) -> None:
    away = {**GREETING, "name": "Fora do horário", "when": "outside", "hours": HOURS, "text": "Voltamos às 8h."}
    await manager.do("POST", "/automatic-replies", {**away, "position": 1})
    await manager.do("POST", "/automatic-replies", {**GREETING, "position": 2})
    asked = {"triggers": ["new_conversation"], "text": "qual o protocolo?", "at": "2026-11-30T12:00:00-03:00"}
    found = (await manager.do("POST", "/automatic-replies/check", asked))["items"]
    assert [(one["name"], one["fires"], one["hindrance"]) for one in found] == [
        ("Fora do horário", False, "hours"),
        ("Boas-vindas", True, None),
        ("protocol", True, None),
    ]
    assert [one["text"] for one in found[1:]] == ["Olá, Ana", "O protocolo desta conversa é 1042."]
    asked["at"] = "2026-11-29T12:00:00-03:00"
    found = (await manager.do("POST", "/automatic-replies/check", asked))["items"]
    assert [one["hindrance"] for one in found] == [None, "another", None]


async def test_a_rule_is_checked_before_it_is_saved(manager: Any) -> None:
    draft = {**GREETING, "trigger": "keyword", "words": ["preço"]}
    (found,) = (await manager.do("POST", "/automatic-replies/check", {"reply": draft, "text": "o PRECO?"}))["items"]
    assert (found["fires"], found["text"]) == (True, "Olá, Ana")
    wrong = {"reply": {**draft, "text": "{{x}}"}}
    assert await manager.refused("POST", "/automatic-replies/check", wrong) == (422, "unknown_variable", ["reply.text"])


async def test_queueing_and_closing_have_words_of_their_own(manager: Any) -> None:
    for trigger, text in (("queued", "Você está na fila"), ("closed", "Encerramos")):
        await manager.do("POST", "/automatic-replies", {"name": trigger, "trigger": trigger, "text": text})
    (conversation_id,) = await manager.written()
    path = f"/conversations/{conversation_id}"
    await manager.do("POST", f"{path}/assign", {"attendant_id": "bia"})
    await manager.do("POST", f"{path}/assign", {"attendant_id": None})
    shown = await manager.do("POST", f"{path}/close")
    assert shown["status"] == "closed"
    assert await said(manager, conversation_id) == [
        ("reply", "Você está na fila"),
        ("reply", "Você está na fila"),
        ("reply", "Encerramos"),
    ]


# --- the protocol number


async def test_the_words_and_the_text_of_the_protocol_number_can_be_changed(manager: Any) -> None:
    known = await manager.get("/settings/protocol")
    assert known["words"] == ["protocolo", "número do protocolo", "protocol"]
    mine = {"words": ["meu caso"], "text": "Caso {{conversation.number}}", "on_opening": True}
    await manager.do("PUT", "/settings/protocol", mine)
    (conversation_id,) = await manager.written()
    await write(manager, "qual é o MEU caso")
    await write(manager, "protocolo")
    assert await said(manager, conversation_id) == [
        ("protocol", "O protocolo desta conversa é 1."),
        ("protocol", "Caso 1"),
    ]
    for body, field in (({"words": []}, "words"), ({"text": "{{x}}"}, "text"), ({"words": ["!"]}, "words")):
        assert await manager.refused("PUT", "/settings/protocol", body) == (422, "invalid", [field])
    off = {"on_request": False}
    await manager.do("PUT", "/settings/protocol", off)
    assert (await manager.get("/settings/protocol"))["on_request"] is False


async def test_what_is_said_of_files_that_are_too_large_can_be_changed(manager: Any) -> None:
    path = "/settings/file-too-large"
    assert await manager.get(path) == {"enabled": True, "language": "pt-BR", "text": None}
    await manager.do("PUT", path, {"language": "es", "text": "Muy grande, {{contact.first_name}}"})
    assert (await manager.get(path))["text"] == "Muy grande, {{contact.first_name}}"
    for body, field in (({"text": "{{x}}"}, "text"), ({"language": "fr"}, "language")):
        assert await manager.refused("PUT", path, body) == (422, "invalid", [field])


async def test_within_what_time_a_closed_conversation_is_reopened_can_be_changed(manager: Any) -> None:
    path = "/settings/reopening"
    assert await manager.get(path) == {"within_hours": 24}
    await manager.do("PUT", path, {"within_hours": 0})
    assert await manager.get(path) == {"within_hours": 0}
    for wrong in (-1, 721, None, 1.5):
        assert await manager.refused("PUT", path, {"within_hours": wrong}) == (422, "invalid", ["within_hours"])


# --- ratings


async def closed(manager: Any, **policy: Any) -> str:
    """A conversation of Bia's that she has closed."""
    await manager.do("PUT", "/settings/ratings", {"enabled": True, **policy})
    (conversation_id,) = await manager.written()
    await manager.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "bia"})
    await manager.do("POST", f"/conversations/{conversation_id}/close")
    return str(conversation_id)


async def test_a_rating_is_asked_for_answered_and_thanked(manager: Any) -> None:
    conversation_id = await closed(manager, question="De 1 a 5, {{contact.first_name}}?", thanks="Valeu")
    shown = await manager.get(f"/conversations/{conversation_id}")
    request = shown["rating_request"]
    assert (request["attendant"], request["asked_by"], shown["rating"]) == (
        {"id": "bia", "name": "Bia"},
        "closing",
        None,
    )
    unread = shown["unread_count"]
    reply = Row(id=f"rating:{request['id']}:5", title="5 - Muito bom")
    await write(manager, None, kind="interactive", content=AnswerContent(reply=reply))
    shown = await manager.get(f"/conversations/{conversation_id}")
    assert (shown["rating"], shown["status"], shown["unread_count"]) == (5, "closed", unread)
    assert shown["rating_details"]["attendant"] == {"id": "bia", "name": "Bia"}
    assert await said(manager, conversation_id) == [("rating_request", "De 1 a 5, Ana?"), ("rating_thanks", "Valeu")]


async def test_the_credit_is_stored_with_the_request(manager: Any) -> None:
    conversation_id = await closed(manager)
    await manager.do("POST", f"/conversations/{conversation_id}/reopen")
    await manager.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": None})
    await write(manager, "4")
    shown = await manager.get(f"/conversations/{conversation_id}")
    assert (shown["rating"], shown["rating_details"]["attendant"]["id"], shown["assignee"]) == (4, "bia", None)


async def test_somebody_can_ask_by_hand_once(manager: Any) -> None:
    conversation_id = await closed(manager, after="automatic")
    path = f"/conversations/{conversation_id}/rating-request"
    shown = await manager.do("POST", path)
    assert (shown["rating_request"]["asked_by"], shown["rating_request"]["attendant"]["id"]) == ("hand", "bia")
    assert (await manager.refused("POST", path))[:2] == (409, "already_asked")
    await manager.do("POST", f"/conversations/{conversation_id}/reopen")
    assert (await manager.refused("POST", path))[:2] == (409, "not_closed")
    assert (await manager.stranger().refused("POST", path))[:2] == (404, "not_found")
    reader = manager.seen_by(permissions=("conversations:read",))
    assert (await reader.refused("POST", path))[:2] == (403, "forbidden")


async def test_nobody_is_asked_when_the_window_has_closed_and_both_ways_say_so(manager: Any) -> None:
    await manager.do("PUT", "/settings/ratings", {"enabled": True})
    long_ago = manager.service.runtime.clock.now() - timedelta(hours=30)
    (conversation_id,) = await manager.written(occurred_at=long_ago)
    expired = {"$set": {"reply_window_expires_at": long_ago}}
    await manager.service.db.conversations.update_one({"_id": conversation_id}, expired)
    await manager.do("POST", f"/conversations/{conversation_id}/close")
    assert await said(manager, conversation_id) == [("rating_not_asked", "window_closed")]
    path = f"/conversations/{conversation_id}/rating-request"
    assert (await manager.refused("POST", path))[:2] == (422, "window_closed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"expires_after_hours": 0}, "expires_after_hours"),
        ({"expires_after_hours": 169}, "expires_after_hours"),
        ({"correct_minutes": 1441}, "correct_minutes"),
        ({"question": "x" * 1025}, "question"),
        ({"question": "{{contact.phone}}"}, "question"),
        ({"language": "fr"}, "language"),
        ({"delay": 5}, "delay"),
    ],
)
async def test_a_wrong_policy_is_refused_by_field(manager: Any, body: Any, field: str) -> None:
    assert await manager.refused("PUT", "/settings/ratings", body) == (422, "invalid", [field])


async def test_a_preview_shows_what_a_customer_would_read(manager: Any) -> None:
    wanted = {"language": "en", "question": "How was it, {{contact.first_name}}?", "ask_comment": True}
    shown = await manager.do("POST", "/settings/ratings/preview", wanted)
    assert shown["question"] == "How was it, Ana?"
    assert (shown["choices"][0], shown["choices"][-1]) == ("5 - Very good", "1 - Very poor")
    assert shown["by_number"].startswith("How was it, Ana?")
    assert shown["thanks"] == "Thank you for your rating. Would you like to tell us why? Reply here."
    assert shown["defaults"]["question"] == "How would you rate our service?"
    assert await manager.get("/settings/ratings") == await manager.stranger().get("/settings/ratings")
