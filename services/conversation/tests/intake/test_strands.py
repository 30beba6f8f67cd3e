"""Strands: comments below posts, topics of groups and business chats are conversations of their own."""

from typing import Any

import pytest

from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import ClaimedDetails, InboundAuthor, InboundPost, InboundThread, PrivateAccount
from atd_testing.inbound import NOON, customer_message, deleted, edited, file_of, goes_by, phone_message, reachable

from .world import HOUR, A, B, T, World, told, types

PRIVATE = PrivateAccount(account_id="acc-m", channel="messenger", name="Loja")
TOPIC = InboundThread(id="7", kind="topic", title="Entregas")


def post(name: str = "p1", **more: Any) -> InboundThread:
    """A post of the page."""
    values = {"post": InboundPost(id=name, text="Promoção"), "private_account": PRIVATE, "public": True, **more}
    return InboundThread(id=name, kind="post", **values)


def comment(external_id: str, customer: str = "ana", *, thread: InboundThread | None = None, **more: Any) -> Any:
    """What somebody wrote below a post; without a post, to the page itself."""
    values = {"channel": "facebook", "name": customer.title(), **more}
    return customer_message(T, A, external_id, customer=customer, thread=thread, **values)


def thread_of(world: World, external_id: str) -> Any:
    """The conversation of a message."""
    return world.conversations[world.messages[provider_event_id(A, external_id, "message")].conversation_id]


def test_each_post_and_the_private_strand_have_a_conversation_of_their_own(world: World) -> None:
    one, other = post("p1"), post("p2")
    world.batch(
        comment("c1", thread=one), comment("c2", thread=other), comment("m1"), comment("c3", thread=one), comment("m2")
    )
    assert len(world.contacts) == 1
    assert {c.thread_id: (c.unread_count, c.current) for c in world.conversations.values()} == {
        "p1": (2, True),
        "p2": (1, True),
        None: (2, True),
    }
    world.batch(comment("c4", thread=other), comment("m3"))
    assert len(world.conversations) == 3, "what is stored takes what comes later"


def test_a_conversation_and_its_events_tell_their_thread(world: World) -> None:
    unit = world.batch(comment("c1", thread=post(), attachments=(file_of(role="post"), file_of(2))))
    shown = world.conversation().view().thread
    assert shown is not None
    assert shown.post is not None
    assert shown.private_channel is not None
    assert (shown.id, shown.kind, shown.public, shown.private_channel.account_id) == ("p1", "post", True, "acc-m")
    assert (shown.post.text, shown.post.attachment_id) == ("Promoção", file_of(role="post").id)
    assert [event.data.conversation.thread for event in told(unit) if event.type == "conversation.opened"] == [shown]


def test_the_picture_of_a_post_is_fetched_once_for_each_conversation(world: World) -> None:
    world.batch(comment("c1", thread=post(), attachments=(file_of(role="post"),)))
    world.batch(comment("c2", thread=post(), attachments=(file_of(role="post", message="w2"), file_of(3))))
    later = world.messages[provider_event_id(A, "c2", "message")]
    assert [one.id for one in later.attachments] == [file_of(3).id]
    world.batch(comment("c3", "rui", thread=post(), attachments=(file_of(role="post", message="w3"),)))
    assert len(world.files) == 3


def test_what_is_told_of_a_post_later_is_shown_and_nothing_is_forgotten(world: World) -> None:
    world.batch(comment("c1", thread=post(post=InboundPost(id="p1"))))
    unit = world.batch(comment("c2", thread=post(), attachments=(file_of(role="post"),)))
    assert [event.data.changed for event in told(unit) if event.type == "conversation.updated"] == [("thread",)]
    world.batch(comment("c3", thread=post(post=InboundPost(id="p1"), private_account=None)))
    shown = world.conversation().thread
    assert shown is not None
    assert shown.post is not None
    assert shown.private_channel is not None
    assert (shown.post.text, shown.post.attachment_id) == ("Promoção", file_of(role="post").id)
    assert "conversation.updated" not in types(world.batch(comment("c4", thread=post())))


def test_the_pages_own_comment_goes_below_the_post_to_the_contact_of_the_event(world: World) -> None:
    world.batch(comment("c1", thread=post()), comment("m1"))
    values = {"customer": "ana", "channel": "facebook", "thread": post()}
    world.batch(phone_message(T, A, "c2", reply_to_external_id="c1", **values))
    answer = world.messages[provider_event_id(A, "c2", "message")]
    assert (answer.direction, answer.reply_to) == ("outbound", provider_event_id(A, "c1", "message"))
    assert {c.thread_id: c.unread_count for c in world.conversations.values()} == {"p1": 0, None: 1}


@pytest.mark.parametrize("early", [False, True])
def test_a_reply_before_its_parent_gets_it_when_it_comes_also_of_another_person(world: World, early: bool) -> None:
    parent = comment("c1", "rui", thread=post())
    reply = comment("c2", "ana", thread=post(), reply_to_external_id="c1")
    for event in (reply, parent) if early else (parent, reply):
        world.batch(event)
    found = world.messages[reply.id]
    assert (found.reply_to, found.quotes) == (parent.id, None)
    assert len(world.messages) == 2, "one bubble for each comment"


@pytest.mark.parametrize(
    ("where", "quoted"),
    [("same post", True), ("another post", False), ("another account", False), ("private", False)],
)
def test_a_comment_of_another_person_is_quoted_below_the_same_post_alone(
    world: World, where: str, quoted: bool
) -> None:
    account = B if where == "another account" else A
    thread = {"another post": post("p2"), "private": None}.get(where, post())
    parent = customer_message(T, account, "c1", customer="rui", channel="facebook", thread=thread)
    reply = comment("c2", "ana", thread=post(), reply_to_external_id="c1")
    world.batch(parent)
    world.batch(reply)
    assert (world.messages[reply.id].reply_to == parent.id) is quoted


def test_an_edit_or_a_removal_of_an_unknown_comment_changes_nothing_and_waits(world: World) -> None:
    changes = [edited(T, A, "c1", "Oi!", customer="ana", at=1), deleted(T, A, "c2", customer="ana", at=1)]
    unit = world.batch(*changes)
    assert (told(unit), world.messages, world.conversations) == ([], {}, {})
    world.batch(comment("c1", thread=post()), comment("c2", thread=post()))
    late = {m.external_id: m for m in world.messages.values()}
    assert late["c1"].text == "Oi!"
    assert late["c2"].deleted_at is not None, "the late comment is born deleted"


def test_the_same_comment_twice_is_one_bubble(world: World) -> None:
    once = comment("c1", thread=post())
    world.batch(once, once)
    world.batch(once)
    assert (len(world.messages), world.conversation().unread_count) == (1, 1)


def test_contacts_that_turn_out_to_be_one_go_on_in_each_strand_and_public_never_with_private(world: World) -> None:
    def wrote(external_id: str, customer: str, thread: InboundThread | None, **more: Any) -> Any:
        return customer_message(T, A, external_id, customer=customer, thread=thread, **more)

    world.batch(*(wrote(f"a{n}", "5511999990001", one) for n, one in enumerate((None, post(), post("p0")))))
    world.batch(*(wrote(f"b{n}", "BR.2", one) for n, one in enumerate((post(), None, post("p2")))))
    assert len(world.contacts) == 2
    unit = world.batch(wrote("m", "5511999990001", None, aliases=("BR.2",)))
    assert "contact.merged" in types(unit)
    current = [c for c in world.conversations.values() if c.current]
    assert len({c.contact.id for c in world.conversations.values()}) == 1
    assert sorted(c.thread_id or "" for c in current) == ["", "p0", "p1", "p2"]
    assert {c.thread_id: c.unread_count for c in current} == {None: 3, "p0": 1, "p1": 2, "p2": 1}
    told_of = 0
    for message in world.messages.values():
        content = message.content.model_dump()
        if content.get("type") in ("continued_in", "continued_from"):
            told_of += 1
            other = world.conversations[content["conversation_id"]]
            assert world.conversations[message.conversation_id].thread_id == other.thread_id
    assert told_of == 4


def test_a_message_of_a_group_says_which_of_its_people_wrote_it(world: World) -> None:
    group: Any = {"customer": "-100", "name": "Turma", "channel": "telegram"}
    author = InboundAuthor(external_id="42", name="Rui")
    world.batch(customer_message(T, A, "-100:1", author=author, thread=TOPIC, **group))
    world.batch(customer_message(T, A, "-100:2", **group))
    names = {m.external_id: m.author.name for m in world.messages.values()}
    assert names == {"-100:1": "Rui", "-100:2": "Turma"}
    assert {c.thread_id: c.contact.name for c in world.conversations.values()} == {"7": "Turma", None: "Turma"}


def test_a_group_that_becomes_a_supergroup_is_answered_at_its_new_address_in_every_topic(world: World) -> None:
    group: Any = {"customer": "-5", "name": "Turma", "channel": "telegram"}
    world.batch(customer_message(T, A, "-5:1", **group), customer_message(T, A, "-5:2", thread=TOPIC, **group))
    moved = goes_by(T, A, ("-5",), "-1005", reason="identity_changed")
    data = moved.data.model_copy(update={"channel": "telegram", "reason": "group_moved"})
    world.batch(moved.model_copy(update={"data": data}))
    assert {c.recipient for c in world.conversations.values()} == {"-1005"}
    notices = [m.conversation_id for m in world.messages.values() if m.direction == "system"]
    assert sorted(notices) == sorted(world.conversations), "every topic says so"
    world.batch(customer_message(T, A, "-1005:9", thread=TOPIC, **{**group, "customer": "-1005"}))
    assert (len(world.conversations), len(world.contacts)) == (2, 1)


def moved_group(reason: Any = "group_moved", **more: Any) -> Any:
    """The news that the group -5 goes by -1005."""
    event = goes_by(T, A, ("-5",), "-1005", reason="identity_changed", **more)
    return event.model_copy(update={"data": event.data.model_copy(update={"channel": "telegram", "reason": reason})})


@pytest.mark.parametrize("news", ["before", "after", "never but by a send"])
def test_what_is_written_in_the_supergroup_before_the_news_of_it_goes_to_the_one_conversation(
    world: World, news: str
) -> None:
    """Chats are told of in parallel, so the new one can be heard of first."""
    group: Any = {"name": "Turma", "channel": "telegram"}
    world.batch(customer_message(T, A, "-5:1", customer="-5", **group), now=NOON)
    new = customer_message(T, A, "-1005:1", customer="-1005", occurred_at=NOON + HOUR, **group)
    told_at = NOON + (2 * HOUR if news == "never but by a send" else HOUR)
    moved = moved_group(occurred_at=told_at)
    for event in (moved, new) if news == "before" else (new, moved):
        world.batch(event)
    world.batch(customer_message(T, A, "-1005:2", customer="-1005", occurred_at=NOON + 3 * HOUR, **group))
    [contact] = [one for one in world.contacts.values() if one.merged is None]
    [conversation] = [one for one in world.conversations.values() if one.current]
    assert (conversation.contact.id, conversation.recipient) == (contact.id, "-1005")
    assert thread_of(world, "-1005:2") is conversation
    world.batch(moved_group(occurred_at=told_at + HOUR, external_id="again"))
    assert world.conversation(current=True).recipient == "-1005"


def test_business_chats_the_owner_writes_from_the_phone_then_an_attendant_answers_with_the_connection(
    world: World,
) -> None:
    owner = InboundThread(id="biz-1", kind="business")
    person: Any = {"customer": "42", "channel": "telegram", "thread": owner}
    world.batch(customer_message(T, A, "42:1", **person))
    world.batch(phone_message(T, A, "42:2", **person))
    conversation = world.conversation()
    assert world.messages[provider_event_id(A, "42:2", "message")].direction == "outbound"
    assert (conversation.unread_count, conversation.waiting_since) == (0, None)
    assert conversation.thread_id == "biz-1"


def test_who_blocks_the_bot_is_still_reached_in_the_chat_of_the_business_account(world: World) -> None:
    person: dict[str, Any] = {"customer": "42", "channel": "telegram"}
    business = InboundThread(id="biz-1", kind="business")
    world.batch(customer_message(T, A, "42:1", **person), customer_message(T, A, "b:42:1", thread=business, **person))
    world.batch(reachable(T, A, "blocked", customer="42", channel="telegram"))
    notices = {
        world.conversations[m.conversation_id].thread_id for m in world.messages.values() if m.direction == "system"
    }
    assert notices == {None}


def test_what_the_owner_of_a_business_account_takes_back_on_the_phone_is_gone_here_too(world: World) -> None:
    """Telegram does not say who deleted it. Elsewhere a customer takes back nothing of ours."""
    person: Any = {"customer": "42", "channel": "telegram"}
    strand: dict[str, Any] = {**person, "thread": InboundThread(id="biz-1", kind="business")}
    world.batch(customer_message(T, A, "biz-1:42:1", **strand), phone_message(T, A, "biz-1:42:2", **strand))
    world.batch(customer_message(T, A, "42:1", **person), phone_message(T, A, "42:2", **person))
    for target in ("biz-1:42:1", "biz-1:42:2", "42:1", "42:2"):
        unit = world.batch(deleted(T, A, target, customer="42", at=1))
        if target == "biz-1:42:2":
            [event] = [one for one in told(unit) if one.type == "message.deleted"]
            assert event.actor.type == "system"
    gone = {m.external_id: m.deleted_at is not None for m in world.messages.values()}
    assert gone == {"biz-1:42:1": True, "biz-1:42:2": True, "42:1": True, "42:2": False}


def test_a_conversation_after_a_day_is_a_new_one_in_its_own_strand_alone(world: World) -> None:
    world.batch(comment("c1", thread=post()), comment("m1"))
    for each in list(world.conversations.values()):
        world.close(each)
    world.batch(comment("c2", thread=post(), occurred_at=NOON + 25 * HOUR))
    assert sorted((c.thread_id or "", c.current) for c in world.conversations.values()) == [
        ("", True),
        ("p1", False),
        ("p1", True),
    ]
    assert thread_of(world, "c2").status == "queued"


def test_ids_of_the_public_and_the_private_side_join_nobody(world: World) -> None:
    """A comment's author and the same page's Messenger customer can have equal ids, names and claims: no proof."""
    world.batch(comment("c1", "77", name="Ana Lima", thread=post()))
    world.batch(customer_message(T, "acc-m", "mid.1", customer="77", name="Ana Lima", channel="messenger"))
    world.batch(customer_message(T, "acc-i", "mid.2", customer="77", name="Ana Lima", channel="instagram"))
    world.batch(customer_message(T, "acc-t", "77:1", customer="77", name="Ana Lima", channel="telegram"))
    assert len(world.contacts) == 4


def test_a_phone_that_telegram_proves_names_the_customer_on_whatsapp_and_a_claimed_one_never_does(
    world: World,
) -> None:
    def telegram(external_id: str, customer: str, **more: Any) -> Any:
        return customer_message(T, "acc-t", external_id, customer=customer, channel="telegram", **more)

    world.batch(telegram("1:1", "1", name="Ana", shared_phone="+5511999990001"))
    claims = telegram("2:1", "2", name="Bia")
    contact = claims.data.contact.model_copy(update={"claimed": ClaimedDetails(phone="+5511999990002")})
    world.batch(claims.model_copy(update={"data": claims.data.model_copy(update={"contact": contact})}))
    world.batch(customer_message(T, A, "w1", customer="5511999990001"))
    world.batch(customer_message(T, A, "w2", customer="5511999990002"))
    assert len(world.contacts) == 3
    where = {c.channel.kind + c.recipient: c.contact.id for c in world.conversations.values()}
    assert where["telegram1"] == where["whatsapp5511999990001"]
    assert where["telegram2"] != where["whatsapp5511999990002"]
