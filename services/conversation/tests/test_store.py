"""Documents and queries on a real MongoDB: what is written is read, by an index and within a bound."""

import asyncio
from datetime import timedelta
from typing import Any, get_args

import pytest

from atd_conversation.commands import Draft
from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.catalogue_kinds import KINDS
from atd_conversation.domain.conversation import MAX_FAVOURITES, Conversation
from atd_conversation.domain.duplicates import signs_of
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.sight import Sight
from atd_conversation.domain.unsent import DraftPlace
from atd_conversation.store import contacts, indexes, queries
from atd_conversation.store.availability import Availability
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.contact_attendants import ContactAttendants
from atd_conversation.store.contact_notes import ContactNote, ContactNotes
from atd_conversation.store.contacts import LIST_SECONDS
from atd_conversation.store.decisions import DecisionLoader
from atd_conversation.store.documents import (
    conversation_document,
)
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.queries import ConversationFilter, Order, Place
from atd_conversation.store.reader_counts import ALL_STATUSES
from atd_conversation.store.scheduled import ScheduledMessages
from atd_conversation.store.sights import Sights
from atd_conversation.store.teams import Teams
from atd_conversation.store.unsent import UnsentDrafts
from atd_schemas.attendants import AttendantChanged as AvailabilityChanged
from atd_schemas.attendants import AttendantData as AvailabilityData
from atd_schemas.inbound import InboundThread
from atd_schemas.settings_changes import (
    AttendantChanged,
    AttendantData,
    ChannelAccountChanged,
    ChannelAccountData,
    TeamChanged,
    TeamData,
    TemplateChanged,
    TemplateData,
)
from atd_schemas.views import AvailabilityView, ContactRef, Named, TemplateView
from atd_servicekit.outbox import Outbox
from atd_testing.inbound import (
    NOON,
    customer_message,
    deleted,
    did,
    edited,
    file_fetched,
    file_of,
    goes_by,
    phone_message,
    prefers,
    reachable,
    reacted,
    receipt_until,
    send_receipt,
)
from atd_testing.whatsapp.message_ids import wamid

T, A = "t1", "acc-a"
# --- indexes


async def test_every_index_that_is_declared_exists_and_no_other(parts: Any) -> None:
    for collection, models in indexes.INDEXES.items():
        existing = set(await parts.db[collection].index_information()) - {"_id_"}
        assert existing == {model.document["name"] for model in models}


async def test_what_must_be_unique_is(parts: Any) -> None:
    def unique(information: Any) -> set[tuple[str, ...]]:
        return {tuple(name for name, _ in one["key"]) for one in information.values() if one.get("unique")}

    assert unique(await parts.db[indexes.CONVERSATIONS].index_information()) == {
        ("tenant_id", "number"),
        ("current_of",),
    }
    assert unique(await parts.db[indexes.MESSAGES].index_information()) == {
        ("conversation_id", "sequence"),
        ("account_id", "sent_as"),
    }


@pytest.mark.parametrize("collection", [indexes.EARLY_RECEIPTS, indexes.EARLY_CHANGES])
async def test_what_is_kept_for_repeats_only_goes_after_the_providers_last_repeat(parts: Any, collection: str) -> None:
    information = await parts.db[collection].index_information()
    assert information["at_1"]["expireAfterSeconds"] == timedelta(days=8).total_seconds()


# --- queries: the database's profiler sees all of them, those inside transactions too

ORDERS: tuple[Order, ...] = get_args(Order)


_PROFILE_BYTES = 32 * 2**20
"""MongoDB's own profile is 1 MB, which everything that is asked here does not fit into."""


class Profile:
    """What the database did since the start."""

    def __init__(self, db: Any) -> None:
        self._db = db

    async def start(self) -> "Profile":
        if "system.profile" not in await self._db.list_collection_names():
            await self._db.create_collection("system.profile", capped=True, size=_PROFILE_BYTES)
        await self._db.command("profile", 2)
        return self

    async def stop(self) -> list[Any]:
        await self._db.command("profile", 0)
        return [row for row in await self._db["system.profile"].find().to_list(None) if "planSummary" in row]


async def drive(parts: Any) -> None:
    """Everything that the service asks its database, at least once."""
    now = parts.clock.now()
    batch = [customer_message(T, A, f"w{n}", customer=f"551199999{n:04}", occurred_at=now) for n in range(20)]
    await parts.take(*batch)
    await parts.take(*batch, customer_message(T, A, "q", reply_to_external_id="w0", name="Ana Maria", occurred_at=now))
    (first,) = await parts.queries.conversations(T, ConversationFilter(), limit=1, after=None)
    conversation_id, contact_id = first.id, first.contact.id
    message = await parts.say(T, conversation_id, Draft(text="Olá", client_id="c", reply_to=batch[0].id, note=True))
    message = await parts.say(T, conversation_id, Draft(text="Olá"))
    await parts.take(send_receipt(T, A, "read", external_id="x"), send_receipt(T, A, "sent", message_id=message.id))
    await parts.take(send_receipt(T, A, "delivered", message_id=message.id, external_id="x"))
    await drive_changes(parts)
    await parts.take(deleted(T, A, wamid("BR.unknown"), customer="5511999990000"))
    await parts.change(T, conversation_id, lambda c, now: c.assign(Named(id="bia", name="Bia"), now))
    await parts.queries.set_favourite(T, conversation_id, "bia", on=True)
    await parts.queries.set_favourite(T, conversation_id, "caio", on=False)
    await parts.queries.contacts.one(T, contact_id)
    for bounds in ({"before": None, "after": None}, {"before": 9, "after": None}, {"before": None, "after": 1}):
        await parts.queries.messages(T, conversation_id, limit=5, **bounds)
    for wanted in filters(contact_id):
        for after in (None, Place(now, "x"), Place(now, "x", now)):
            for order in ORDERS:
                await parts.queries.conversations(T, wanted, limit=5, after=after, order=order)
        await parts.queries.count(T, wanted)
    for sight in (Sight(T), Sight(T, "bia")):
        await parts.queries.count_views(sight, "bia")
        for place in (None, ("ana", "x")):
            await parts.queries.contacts.by_name(sight, limit=5, after=place)
        await parts.queries.contacts.search(sight, ["ana"])
    await limits(parts, conversation_id, contact_id, message.id)
    await parts.queries.view_counts.fold(parts.mongo.transaction)
    await parts.queries.last_place(T, conversation_id)
    await parts.queries.contacts.add_terms()
    await parts.queries.last_received(T, conversation_id)
    for before in (None, 9):
        await parts.queries.timeline.entries(T, conversation_id, limit=5, before=before)
    await parts.mongo.transaction(lambda session: parts.queries.timeline.since(T, conversation_id, 1, session))
    await directory(parts)
    await lists_and_drafts(parts, conversation_id)
    await files(parts, conversation_id)
    await records(parts, conversation_id)


async def limits(parts: Any, conversation_id: str, contact_id: str, message_id: str) -> None:
    sights, sight = Sights(parts.db), Sight(T, "bia")
    await sights.conversation(sight, conversation_id)
    await sights.contact(sight, contact_id)
    await sights.message(sight, message_id)
    await sights.attachment(sight, "x")
    await parts.change(T, conversation_id, lambda c, now: c.assign(None, now))
    await ContactAttendants(parts.db).add()


async def files(parts: Any, conversation_id: str) -> None:
    now = parts.clock.now()
    for attachment_id in ("taken", "left"):
        file = Attachment(attachment_id, "a.pdf", "application/pdf", None, "pending")
        await parts.files.begin(StoredAttachment(T, file, now, uploaded_by="bia"))
    ready = Attachment("taken", "a.pdf", "application/pdf", 3, "ready", sha256="00")
    await parts.mongo.transaction(lambda session: parts.files.finish(session, ready, webp=None))
    await parts.say(T, conversation_id, Draft(attachment_ids=("taken",)))
    assert (await parts.files.file(T, "taken")).message_id is not None
    nobodys = {one.id for one in await parts.files.unused(now + timedelta(hours=1), 10)}
    assert nobodys == {"left", file_of(message="i1").id}
    await parts.files.remove("left")
    assert await parts.files.file(T, "left") is None


async def records(parts: Any, conversation_id: str) -> None:
    """What people do with customers' records."""
    one = (await parts.queries.conversation(T, conversation_id)).contact.id
    wanted = {"name": "Ana Souza", "phone": "+5511987654321", "document": "52998224725"}
    other = (await parts.customer("create", T, wanted)).id
    await parts.customer("edit", T, one, wanted)
    await parts.customer("block", T, one, blocked=True)
    await parts.customer("dismiss", T, one, other)
    contact = await parts.records.contacts.one(T, one)
    assert await parts.records.alike(Sight(T), signs_of(contact))
    merged = await parts.customer("merge", T, one, other, {})
    assert await parts.records.merged_into(T, [one])
    ids = await parts.records.conversation_ids(Sight(T), one)
    for after in (None, (parts.clock.now(), "x")):
        await parts.files.of_conversations(T, ids, limit=5, after=after)
    await parts.customer("undo", T, merged.merge.id)
    assert await parts.records.was_undone(T, merged.merge.id)
    notes = ContactNotes(parts.db)
    note = ContactNote("n1", T, one, "Liga à tarde", Named(id="bia", name="Bia"), NOON)
    await parts.mongo.transaction(lambda session: notes.count(T, one, session))
    for change in (notes.add, notes.edit):
        await parts.mongo.transaction(lambda session, change=change: change(session, note))
    for before in (None, "z"):
        assert await notes.of(T, [one, other], limit=5, before=before) == [note]
    assert await notes.one(T, "n1") == note
    await parts.mongo.transaction(lambda session: notes.remove(session, note))


async def lists_and_drafts(parts: Any, conversation_id: str) -> None:
    """What is read of a company's lists and policies, of drafts and of what is to be said later."""
    catalogues = Catalogues(parts.db, Outbox(parts.db, parts.clock))
    await catalogues.settings(T, KINDS)
    await catalogues.policy(T, "closing")
    await catalogues.page(T, KINDS[0], limit=5)
    drafts, later = UnsentDrafts(parts.db), ScheduledMessages(parts.db)
    await drafts.get(DraftPlace(T, conversation_id, "bia", "note"))
    await drafts.page(T, "bia", limit=5)
    await later.of_conversation(T, conversation_id)
    await later.of_author(T, "bia", ("waiting",), limit=5)


async def drive_changes(parts: Any) -> None:
    """What happens to messages and people after they came, some of it before."""
    picture = customer_message(T, A, "i1", kind="image", attachments=(file_of(message="i1"),))
    await parts.take(reacted(T, A, "i1", "👍"), reacted(T, A, "nobody's", "👍"))
    await parts.take(picture, phone_message(T, A, "p1", attachments=(file_of(message="p1"),)))
    await parts.take(
        edited(T, A, "i1", "legenda", kind="image"),
        file_fetched(T, A, picture.id, file_of(message="i1").id, "ready"),
        reacted(T, A, "nobody's", "❤️", at=1),
        reacted(T, A, "x", "❤️", at=1),
        goes_by(T, A, ("5511999990000",), "BR.8"),
        prefers(T, A, "stopped", customer="BR.8"),
        send_receipt(T, A, "sent", external_id="p1", aliases=("BR.9",)),
    )
    await parts.take(deleted(T, A, "i1"))
    post = InboundThread(id="p1", kind="post", public=True)
    for n in range(2):
        await parts.take(customer_message(T, A, f"c{n}", customer=f"fan{n}", channel="facebook", thread=post))
    await parts.take(
        receipt_until(T, A, "read", until=NOON, recipient="5511999990001"),
        receipt_until(T, A, "delivered", external_id="unknown", recipient="5511999990001"),
        reachable(T, A, "blocked", customer="5511999990001"),
        did(T, A, "opt_in", customer="5511999990001"),
    )


async def directory(parts: Any) -> None:
    common: dict[str, Any] = {"id": "e", "tenant_id": T, "occurred_at": NOON, "recorded_at": NOON, "source": "s"}
    account = ChannelAccountData(account_id=A, channel="whatsapp", name="Loja", status="active")
    attendant = AttendantData(attendant_id="bia", name="Bia")
    view = TemplateView(name="aviso", language="pt_BR", category="UTILITY", status="approved")
    template = TemplateData(account_id=A, channel="whatsapp", template=view)
    for _ in range(2):
        await parts.directory.put_account(ChannelAccountChanged(**common, subject=A, data=account))
        await parts.directory.put_attendant(AttendantChanged(**common, subject="bia", data=attendant))
        await parts.directory.put_template(TemplateChanged(**common, subject=A, data=template))
    await parts.directory.attendant(T, "bia")
    await parts.directory.template(T, A, "aviso", "pt_BR")
    await parts.directory.account_is_deleted(T, A)
    teams, availability = Teams(parts.db), Availability(parts.db)
    team = TeamData(team_id="sales", name="Vendas", member_ids=("bia",))
    await teams.put(TeamChanged(**common, subject="sales", data=team))
    await teams.one(T, "sales")
    shown = AvailabilityView(id="bia", name="Bia", state="online", since=NOON)
    told = AvailabilityChanged(type="attendant.online", **common, subject="bia", data=AvailabilityData(attendant=shown))
    await availability.put([told])
    await availability.of(T, "bia")
    assert await availability.free(T, 5) == [shown]
    assert await availability.free("t2", 5) == [], "another company's attendants are nobody's business"
    await parts.mongo.transaction(lambda session: DecisionLoader(parts.db).load(session, ["e"], ["x"], ["x"]))


def filters(contact_id: str) -> list[ConversationFilter]:
    return [
        ConversationFilter(),
        ConversationFilter(statuses=("open",)),
        ConversationFilter(statuses=("open", "queued"), assignee="none", unread=True),
        ConversationFilter(assignee="bia"),
        ConversationFilter(assignee="bia", statuses=("closed", "open")),
        ConversationFilter(favourite_of="bia"),
        ConversationFilter(mentioned="bia", unread=True, reader="bia", priorities=("high",)),
        ConversationFilter(favourite_of="bia", assignee="bia", unread=False),
        ConversationFilter(channel="whatsapp", account_id=A),
        ConversationFilter(opened_after=NOON, opened_before=NOON + timedelta(days=999)),
        ConversationFilter(question="ana mar"),
        ConversationFilter(question="1", statuses=("open",), assignee="bia"),
        ConversationFilter(contact_id=contact_id),
        ConversationFilter(contact_id=contact_id, assignee="bia", favourite_of="bia", statuses=("open",)),
        ConversationFilter(sight_of="bia"),
        ConversationFilter(sight_of="bia", assignee="none"),
        ConversationFilter(sight_of="bia", assignee="caio", statuses=("open", "closed")),
        ConversationFilter(sight_of="bia", favourite_of="bia"),
        ConversationFilter(sight_of="bia", contact_id=contact_id),
        ConversationFilter(sight_of="bia", question="ana mar"),
        ConversationFilter(sight_of="bia", question="1"),
    ]


async def test_every_query_walks_an_index_and_sorts_nothing_in_memory(parts: Any) -> None:
    profile = await Profile(parts.db).start()
    await drive(parts)
    seen = await profile.stop()
    assert len(seen) > 50
    assert {row["ns"].partition(".")[2] for row in seen} >= indexes.INDEXES.keys()
    for row in seen:
        command = row.get("command", {})
        assert "COLLSCAN" not in row["planSummary"], command
        few = command.get("filter", {}).keys() & {"contact.id", "favourites", "mentioned", "number"}
        assert few or not row.get("hasSortStage"), command


async def test_a_batch_of_many_accounts_costs_as_many_queries_as_one_of_few(parts: Any) -> None:
    numbers = []
    for accounts in (2, 60):
        batch = [
            send_receipt(f"t{n}", f"a{n}", "read", external_id=f"x{accounts}", occurred_at=parts.clock.now())
            for n in range(accounts)
        ]
        profile = await Profile(parts.db).start()
        await parts.take(*batch)
        seen = await profile.stop()
        assert not [row for row in seen if "COLLSCAN" in row["planSummary"]]
        numbers.append(len([row for row in seen if "find" in row.get("command", {})]))
        await parts.db["system.profile"].drop()
    assert numbers[0] == numbers[1]


async def test_no_query_is_without_a_bound(parts: Any) -> None:
    profile = await Profile(parts.db).start()
    await drive(parts)
    finds = [row["command"] for row in await profile.stop() if "find" in row.get("command", {})]
    assert finds
    assert all(command.get("limit") for command in finds), finds
    assert all(command["maxTimeMS"] > 0 for command in finds), finds


@pytest.fixture
async def many(parts: Any) -> list[str]:
    """Ids of 400 conversations of a tenant, half of them at the very same moment; the latest activity first."""
    made = []
    for number in range(400):
        moment = NOON + timedelta(seconds=number // 2 if number < 200 else 500)
        data = customer_message(T, A, "w").data
        conversation, _ = Conversation.open(
            f"c{number:03}", number, T, ContactRef(id=f"k{number}", name=None), data, moment
        )
        conversation.assignee = Named(id="bia", name="Bia")
        conversation.status = ALL_STATUSES[number % 5]
        made.append(conversation)
    documents = [conversation_document(conversation) for conversation in made]
    for document in documents:
        document["favourites"] = ["bia"]
    await parts.db[indexes.CONVERSATIONS].insert_many(documents)
    made.sort(key=lambda each: (each.last_activity_at, each.id), reverse=True)
    return [each.id for each in made]


@pytest.mark.parametrize(
    "wanted",
    [
        ConversationFilter(),
        ConversationFilter(assignee="bia"),
        ConversationFilter(favourite_of="bia"),
        ConversationFilter(statuses=ALL_STATUSES),
    ],
)
async def test_a_page_costs_the_same_at_any_depth(parts: Any, many: list[str], wanted: ConversationFilter) -> None:
    profile = await Profile(parts.db).start()
    found: list[str] = []
    after: Place | None = None
    while True:
        page = await parts.queries.conversations(T, wanted, limit=20, after=after)
        found += [each.id for each in page]
        if len(page) < 20:
            break
        after = Place(page[-1].last_activity_at, page[-1].id)
    assert found == many
    costs = [row["keysExamined"] for row in await profile.stop() if "find" in row["command"]]
    of_one_moment = 200  # their place in the index is entered at the moment
    assert max(costs[:10]) <= of_one_moment + 40
    assert max(costs[11:]) <= 40


@pytest.mark.parametrize("size", [1, 7, 20, 100])
async def test_who_waits_longest_comes_first_and_who_does_not_wait_last(parts: Any, many: list[str], size: int) -> None:
    waiting = {f"c{number:03}": NOON + timedelta(seconds=(number * 7) % 50) for number in range(0, 400, 3)}
    for each, since in waiting.items():
        await parts.db[indexes.CONVERSATIONS].update_one({"_id": each}, {"$set": {"waiting_since": since}})
    profile = await Profile(parts.db).start()
    found: list[str] = []
    after: Place | None = None
    while len(found) < 400:
        page = await parts.queries.conversations(
            T, ConversationFilter(), limit=size, after=after, order="waiting_since"
        )
        found += [each.id for each in page]
        after = Place(page[-1].last_activity_at, page[-1].id, page[-1].waiting_since)
    longest_first = sorted(waiting, key=lambda each: (waiting[each], each))
    assert found == longest_first + [each for each in many if each not in waiting]
    rows = [row for row in await profile.stop() if "find" in row["command"]]
    assert all(row["planSummary"].startswith("IXSCAN") for row in rows)
    assert not any(row.get("hasSortStage") for row in rows)


@pytest.mark.parametrize("order", get_args(Order))
async def test_a_list_of_what_is_read_has_nothing_unread_on_any_page(parts: Any, many: list[str], order: Order) -> None:
    read = many[::9]
    changed = {"unread_count": 1, "waiting_since": NOON}
    await parts.db[indexes.CONVERSATIONS].update_many({"_id": {"$nin": read}}, {"$set": changed})
    await parts.db[indexes.CONVERSATIONS].update_many({"_id": {"$in": read[::2]}}, {"$set": {"waiting_since": NOON}})
    found: list[str] = []
    after: Place | None = None
    while True:
        page = await parts.queries.conversations(
            T, ConversationFilter(unread=False, reader="bia"), limit=7, after=after, order=order
        )
        found += [each.id for each in page]
        if len(page) < 7:
            break
        after = Place(page[-1].last_activity_at, page[-1].id, page[-1].waiting_since)
    assert sorted(found) == sorted(read)


async def test_a_list_that_searches_too_long_is_given_up(
    parts: Any, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = await Profile(parts.db).start()
    await parts.queries.conversations(T, ConversationFilter(), limit=20, after=None)
    (row,) = [row for row in await profile.stop() if "find" in row["command"]]
    assert row["command"]["maxTimeMS"] <= LIST_SECONDS * 1000
    monkeypatch.setattr(contacts, "LIST_SECONDS", 1e-6)
    with pytest.raises(contacts.TooWide):
        await parts.queries.conversations(T, ConversationFilter(), limit=20, after=None)


async def test_at_most_500_attendants_have_a_conversation_among_their_favourites(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1"))
    (row,) = await parts.all(indexes.CONVERSATIONS)
    names = [f"a{n}" for n in range(MAX_FAVOURITES)]
    await parts.db[indexes.CONVERSATIONS].update_one({"_id": row["_id"]}, {"$set": {"favourites": names}})
    assert not await parts.queries.set_favourite(T, row["_id"], "one more", on=True)
    assert await parts.queries.set_favourite(T, row["_id"], "a7", on=True)
    assert await parts.queries.set_favourite(T, row["_id"], "a7", on=False)
    assert await parts.queries.set_favourite(T, row["_id"], "one more", on=True)
    stored = (await parts.all(indexes.CONVERSATIONS))[0]
    assert len(stored["favourites"]) == MAX_FAVOURITES
    assert stored["sequence"] == row["sequence"]


async def test_numbers_are_reserved_without_repeat_by_several_at_once(parts: Any) -> None:
    loader = InboundLoader(parts.db, parts.inbox, parts.channels)
    ranges = await asyncio.gather(*(loader.next_numbers(T, n) for n in (1, 5, 3, 1, 10)))
    assert sorted(number for each in ranges for number in each) == list(range(1, 21))
    assert list(await loader.next_numbers("t2", 1)) == [1]


# --- the directory


@pytest.mark.parametrize("arrival", [(1, 2), (2, 1)])
async def test_the_later_change_of_a_setting_stands_although_its_writers_clock_is_behind(
    parts: Any, arrival: tuple[int, int]
) -> None:
    view = TemplateView(name="aviso", language="pt_BR", category="UTILITY", status="approved")
    for revision in arrival:
        deleted = revision == 2
        moment = NOON - timedelta(hours=revision)
        common: dict[str, Any] = {"id": "e", "tenant_id": T, "occurred_at": moment, "recorded_at": moment}
        common |= {"source": "s", "subject": "x", "sequence": revision}
        account = ChannelAccountData(account_id=A, channel="whatsapp", name="Loja", status="active", deleted=deleted)
        await parts.directory.put_account(ChannelAccountChanged(**common, data=account))
        attendant = AttendantData(attendant_id="bia", name="Bia", active=not deleted)
        await parts.directory.put_attendant(AttendantChanged(**common, data=attendant))
        template = TemplateData(account_id=A, channel="whatsapp", template=view, deleted=deleted, revision=revision)
        await parts.directory.put_template(TemplateChanged(**common, data=template))
    assert await parts.directory.account_is_deleted(T, A)
    assert await parts.directory.attendant(T, "bia") is None
    assert await parts.directory.template(T, A, "aviso", "pt_BR") is None


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_of_two_changes_of_a_setting_the_newer_one_stands(parts: Any, order: tuple[int, int]) -> None:
    for which in order:
        moment = NOON + timedelta(seconds=which)
        common: dict[str, Any] = {"id": "e", "occurred_at": moment, "recorded_at": moment, "source": "s"}
        await parts.directory.put_attendant(
            AttendantChanged(
                **common, tenant_id=T, subject="bia", data=AttendantData(attendant_id="bia", name=f"${which}")
            )
        )
        await parts.directory.put_account(
            ChannelAccountChanged(
                **common,
                tenant_id=T,
                subject=A,
                data=ChannelAccountData(
                    account_id=A, channel="whatsapp", name="Loja", status="active", deleted=which == 2
                ),
            )
        )
    assert await parts.directory.attendant(T, "bia") == Named(id="bia", name="$2")
    assert await parts.directory.account_is_deleted(T, A)
    assert not await parts.directory.account_is_deleted("t2", A)
    assert await parts.directory.attendant("t2", "bia") is None


# --- counts


async def test_counts_look_at_no_more_conversations_than_they_count(
    parts: Any, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The total is read from an index alone; of what is unread up to as many conversations are looked at."""
    await parts.db[indexes.CONVERSATIONS].update_many({}, {"$set": {"unread_count": 1}})
    for limit in (30, 1000):
        monkeypatch.setattr(queries, "COUNTED", limit)
        await parts.db["system.profile"].drop()
        profile = await Profile(parts.db).start()
        listed = await parts.queries.count(T, ConversationFilter(statuses=("open", "closed"), reader="bia"))
        rows = await profile.stop()
        assert listed == (min(limit, 160),) * 2
        assert len(rows) == 3
        for row in rows:
            assert row["planSummary"].startswith("IXSCAN")
            assert row["docsExamined"] <= limit
            assert row["keysExamined"] <= limit + 10
