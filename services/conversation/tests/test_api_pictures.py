"""The picture of a customer: small, cached, and for nobody of another company."""

from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundFile, InboundPicture, inbound_subject
from atd_servicekit.files import file_key
from atd_testing.inbound import customer_message

from .conftest import _chunks as chunks
from .test_thumbnails import picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pictured(desk: Any) -> Any:
    """A customer whose picture has come."""
    now = desk.service.runtime.clock.now()
    event = customer_message(desk.tenant, desk.account, uuid7(), customer="7001", channel="messenger", occurred_at=now)
    contact = event.data.contact.model_copy(update={"picture": InboundPicture(id="p1", provider_id="person:7001")})
    await desk.service.take(event.model_copy(update={"data": event.data.model_copy(update={"contact": contact})}))
    row = await desk.service.db.attachments.find_one({"tenant_id": desk.tenant, "contact_id": {"$exists": True}})
    key = file_key(desk.tenant, row["_id"])
    stored = await desk.service.file_store.put(key, chunks(picture("JPEG")), content_type="image/jpeg", limit=2**20)
    data = {
        "account_id": desk.account,
        "channel": "messenger",
        "conversation_id": "c",
        "message_id": event.id,
        "contact_external_id": "7001",
        "attachment_id": row["_id"],
        "state": "ready",
        "mime_type": "image/jpeg",
        "size": stored.size,
        "sha256": stored.sha256,
        "width": 640,
        "height": 480,
        "contact_id": row["contact_id"],
    }
    around = {"tenant_id": desk.tenant, "occurred_at": now, "recorded_at": now, "source": "test"}
    told = InboundFile.model_validate(
        {"id": uuid7(), "subject": inbound_subject(desk.account, "7001"), "data": data, **around}
    )
    await desk.service.take(told)
    return await desk.get(f"/contacts/{row['contact_id']}")


async def test_a_picture_is_small_cached_and_for_the_company_alone(desk: Any) -> None:
    contact = await pictured(desk)
    (row,) = (await desk.get("/conversations"))["items"]
    address = contact["avatar_url"]
    assert row["contact"]["avatar_url"] == address
    http, headers = desk.service.http, desk.service.headers(desk.tenant)

    answer = await http.get(address, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = await http.get(address, headers={**headers, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    stranger = desk.stranger()
    assert (await http.get(address, headers=desk.service.headers(stranger.tenant))).status_code == 404
    limited = desk.service.headers(desk.tenant, actor_id="caio", visibility="own")
    assert (await http.get(address, headers=limited)).status_code == 404, "nor for who does not see the customer"
    caio = desk.colleague("caio")
    await caio.do("POST", f"/conversations/{row['id']}/assign", {"attendant_id": "caio"})
    assert (await http.get(address, headers=limited)).status_code == 200
