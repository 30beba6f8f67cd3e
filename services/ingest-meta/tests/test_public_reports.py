"""What went wrong elsewhere in public, and must not here: the part of it that is reading webhooks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.named import named_in
from atd_ingest_meta.translate import translate
from atd_ingest_meta.translate.notes import EchoNote, UnaddressedNote
from atd_schemas.envelope import Envelope
from atd_testing.meta import webhooks
from atd_testing.meta.webhooks import Json, attachment, comment, echo, entry, feed, item, message, postback

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE, INSTAGRAM, ANA, BIA = "300100200300400", "17840000000000001", "7001112223334445", "1784999000111"
POST, COMMENT = f"{PAGE}_5550001", "5550001_6660001"
AUTHOR = {"id": ANA, "name": "Ana Souza"}
OWN = {"id": PAGE, "name": "Loja Centro"}


@pytest.fixture
def read(messenger: Account, comments: Account, instagram: Account) -> Any:
    """Reads a body for the three accounts."""
    named = {("page", PAGE): (messenger, comments), ("instagram", INSTAGRAM): (instagram,)}

    def reading(body: Json) -> Translation:
        return translate(body, named, NOW)

    return reading


def of_page(*items: Json) -> Json:
    return webhooks.body("page", entry(PAGE, NOW, messaging=items))


def of_instagram(*items: Json) -> Json:
    return webhooks.body("instagram", entry(INSTAGRAM, NOW, messaging=items))


def of_feed(*values: Json) -> Json:
    return webhooks.body("page", entry(PAGE, NOW, changes=[feed(value) for value in values]))


def ana(**content: Any) -> Json:
    return item(ANA, PAGE, NOW, **content)


def bia(**content: Any) -> Json:
    return item(BIA, INSTAGRAM, NOW, **content)


def types(events: Any) -> list[str]:
    return [event.type for event in events]


@pytest.mark.proves("instagram", "echo-read-text")
def test_one_instagram_post_with_an_echo_a_read_a_text_a_reaction_and_a_broken_item_gives_each_its_own_type(
    read: Any,
) -> None:
    first = [item(INSTAGRAM, BIA, NOW, message=echo("e1", "Olá", app_id=None)), bia(read={"mid": "e1"})]
    second = [bia(message=message("t1", "Oi")), bia(reaction=webhooks.reaction("e1", "❤")), bia(message={"text": "?"})]
    body = webhooks.body("instagram", *(entry(INSTAGRAM, NOW, messaging=items) for items in (first, second)))
    found = read(body)
    assert types(found.events) == ["inbound.receipt_until", "inbound.message", "inbound.reaction"]
    [held] = found.notes
    assert isinstance(held, EchoNote)
    assert held.event.data.external_id == "e1"
    assert found.problems == ("entry[1].messaging[2].message.mid: is missing or too long",)


@pytest.mark.proves("facebook", "three-changes")
def test_three_changes_in_one_feed_entry_are_read_one_by_one(read: Any) -> None:
    found = read(
        of_feed(
            comment(POST, COMMENT, NOW, author=AUTHOR, text="Qual o preço?"),
            comment(POST, COMMENT, NOW, author=AUTHOR, text="Qual o preço do azul?", verb="edited"),
            comment(POST, "5550001_6660002", NOW, author=AUTHOR, verb="remove"),
        )
    )
    assert types(found.events) == ["inbound.message", "inbound.edit", "inbound.delete"]
    assert found.problems == ()


@pytest.mark.proves("messenger", "text-and-images")
def test_a_first_message_with_text_and_two_images_keeps_the_text_and_each_image_is_fetched_on_its_own(
    read: Any,
) -> None:
    urls = [f"https://scontent.xx.fbcdn.net/{name}.jpg" for name in ("ok", "gone")]
    [event] = read(
        of_page(ana(message=message("m", "Veja", attachments=[attachment("image", one) for one in urls])))
    ).events
    assert (event.data.kind, event.data.text, event.data.contact.external_id) == ("image", "Veja", ANA)
    assert [one.url for one in event.data.attachments] == urls
    assert len({one.id for one in event.data.attachments}) == len({one.provider_id for one in event.data.attachments})


@pytest.mark.proves("messenger", "any-attachment")
@pytest.mark.parametrize("kind", ["post", "share", "ig_story", "unsupported_type", "one_that_does_not_exist"])
@pytest.mark.parametrize("words", ["Olha isto", None])
def test_attachments_of_any_type_are_a_link_or_a_named_placeholder_with_the_text_and_no_page_is_downloaded(
    read: Any, kind: str, words: str | None
) -> None:
    page = "https://www.facebook.com/loja/posts/9"
    [event] = read(of_page(ana(message=message("m", words, attachments=[attachment(kind, page)])))).events
    assert event.data.text == words
    assert event.data.attachments == ()
    content = event.data.content.model_dump()
    if kind in ("post", "share", "ig_story"):
        assert content["shared"]["url"] == page
    else:
        assert kind in (content.get("type"), (content.get("shared") or {}).get("type"))


@pytest.mark.proves("facebook", "nesting")
def test_parent_id_on_every_comment_nests_replies_alone(read: Any) -> None:
    reply = comment(POST, "5550001_6660002", NOW, author=AUTHOR, text="Também", parent_id=COMMENT)
    top = comment(POST, COMMENT, NOW, author=AUTHOR, text="Qual o preço?")
    told = [event.data.reply_to_external_id for event in read(of_feed(reply, top)).events]
    assert told == [COMMENT, None]
    parent: str | None
    for parent in (f"{PAGE}_{COMMENT}", COMMENT.partition("_")[2]):
        [event] = read(of_feed({**reply, "parent_id": parent})).events
        assert event.data.reply_to_external_id == COMMENT
    for parent in (POST, POST.partition("_")[2], None):
        [event] = read(of_feed({**top, "parent_id": parent})).events
        assert event.data.reply_to_external_id is None


@pytest.mark.proves("facebook", "one-bubble")
def test_the_same_comment_in_three_parts_or_added_twice_is_one_message(read: Any) -> None:
    ids = (COMMENT, f"{PAGE}_{COMMENT}", COMMENT.partition("_")[2])
    events = read(of_feed(*(comment(POST, one, NOW, author=AUTHOR, text="Oi") for one in ids))).events
    assert len({event.id for event in events}) == 1
    assert {event.data.external_id for event in events} == {COMMENT}


@pytest.mark.proves("facebook", "unknown-comment")
@pytest.mark.parametrize("verb", ["edited", "edit", "remove", "delete", "hide", "unhide"])
def test_edit_or_removal_of_an_unknown_comment_makes_no_message(read: Any, verb: Any) -> None:
    [event] = read(of_feed(comment(POST, COMMENT, NOW, author=AUTHOR, verb=verb, message="Novo"))).events
    assert event.type in ("inbound.edit", "inbound.delete", "inbound.visibility")
    assert event.data.target_external_id == COMMENT


@pytest.mark.proves("messenger", "postback-first")
@pytest.mark.parametrize(
    ("where", "title", "payload"), [("GET_STARTED", "Começar", "GET_STARTED"), ("ad", "Quero", "AD_1")]
)
def test_a_postback_as_first_event_is_a_message_with_title_and_ref(
    read: Any, where: str, title: str, payload: str
) -> None:
    referral = {"ref": where, "source": "ADS", "type": "OPEN_THREAD", "ad_id": "2385"}
    [event] = read(of_page(ana(postback=postback("m", title, payload, referral)))).events
    assert (event.type, event.data.text, event.data.contact.external_id) == ("inbound.message", title, ANA)
    assert (event.data.referral.ref, event.data.referral.source_id) == (where, "2385")


@pytest.mark.proves("messenger", "never-own-customer")
@pytest.mark.parametrize(
    "body",
    [
        of_instagram(bia(message=message("m", "nota", is_self=True))),
        of_instagram(item(INSTAGRAM, INSTAGRAM, NOW, message=echo("m", "nota", is_self=True))),
        of_instagram(item(INSTAGRAM, INSTAGRAM, NOW, message=message("m", "nota"))),
        of_page(item(PAGE, PAGE, NOW, message=message("m", "nota"))),
        of_feed(comment(POST, COMMENT, NOW, author=OWN, text="Nova coleção")),
        of_feed(webhooks.visitor_post(POST, NOW, author=OWN, text="Nova coleção")),
    ],
)
def test_our_own_account_never_becomes_a_customer(read: Any, body: Json) -> None:
    found = read(body)
    assert (found.events, found.notes, found.problems) == ((), (), ())


@pytest.mark.proves("instagram", "by-user-id")
def test_instagram_login_names_an_account_by_its_user_id(read: Any) -> None:
    body = of_instagram(bia(message=message("m", "Oi")))
    assert named_in(body) == (("instagram", INSTAGRAM),)
    assert types(read(body).events) == ["inbound.message"]
    by_app_id = webhooks.body("instagram", entry("998877", NOW, messaging=[bia(message=message("m", "Oi"))]))
    assert read(by_app_id).problems == ("entry[0].id: '998877' is of no account that the signature proves",)


@pytest.mark.proves("messenger", "from-the-phone")
def test_what_the_business_writes_from_the_phone_is_outgoing_and_the_contact_is_the_recipient(read: Any) -> None:
    inbox = item(PAGE, ANA, NOW, message=echo("m", "Do celular", app_id=webhooks.PAGE_INBOX))
    [event] = read(of_page(inbox)).events
    assert (event.type, event.data.contact.external_id, event.actor.type) == ("inbound.echo", ANA, "system")
    phone = item(INSTAGRAM, BIA, NOW, message=echo("m", "Do celular", app_id=None))
    [note] = read(of_instagram(phone)).notes
    assert (note.event.type, note.event.data.contact.external_id) == ("inbound.echo", BIA)


@pytest.mark.proves("instagram", "deleted-echo")
def test_an_instagram_echo_that_is_deleted_blanks_our_message_also_before_it_comes(read: Any) -> None:
    gone = item(INSTAGRAM, BIA, NOW, message={"mid": "m", "is_echo": True, "is_deleted": True})
    [event] = read(of_instagram(gone)).events
    assert (event.type, event.data.target_external_id, event.data.by_business) == ("inbound.delete", "m", True)
    assert event.data.contact.external_id == BIA


@pytest.mark.proves("instagram", "stories")
def test_a_story_reply_with_text_and_a_story_mention_as_first_contact_keep_text_and_story(read: Any) -> None:
    story = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"
    reply = bia(message=message("m1", "Que lindo!", reply_to={"story": {"url": story, "id": "s1"}}))
    mention = bia(message=message("m2", attachments=[attachment("story_mention", story)]))
    first, second = read(of_instagram(reply, mention)).events
    assert (first.data.text, first.data.content.shared.type, first.data.content.shared.id) == (
        "Que lindo!",
        "story_reply",
        "s1",
    )
    assert (second.type, second.data.content.shared.type) == ("inbound.message", "story_mention")
    for event in (first, second):
        assert [(one.role, one.url) for one in event.data.attachments] == [("story", story)]


def test_the_pages_own_reply_waits_for_whom_it_answers_and_is_never_a_message_of_a_customer(read: Any) -> None:
    found = read(of_feed(comment(POST, "5550001_6660002", NOW, author=OWN, text="R$ 120", parent_id=COMMENT)))
    [note] = found.notes
    assert isinstance(note, UnaddressedNote)
    assert (note.comment_id, note.own_comment, note.event.type) == (COMMENT, True, "inbound.echo")
    assert found.events == ()


def test_a_sticker_that_comes_as_a_sticker_and_as_an_image_is_shown_once(read: Any) -> None:
    url = "https://scontent.xx.fbcdn.net/s.png"
    both = [attachment("sticker", url, sticker_id=369239263222822), attachment("image", url, sticker_id="x")]
    [event] = read(of_page(ana(message=message("m", attachments=both)))).events
    assert (event.data.kind, len(event.data.attachments)) == ("sticker", 1)


def test_standby_shows_messages_and_nothing_else_and_the_same_message_is_one(read: Any) -> None:
    said = ana(message=message("m", "Oi"))
    lists = {"standby": [said, ana(read={"watermark": 1}), ana(postback={"title": "x"})], "messaging": [said]}
    events: list[Envelope] = list(read(webhooks.body("page", entry(PAGE, NOW, **lists))).events)
    assert types(events) == ["inbound.message"] * 2
    assert len({event.id for event in events}) == 1
