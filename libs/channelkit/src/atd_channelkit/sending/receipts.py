"""What conversation is told when a send has come to its end. Pure."""

from collections.abc import Mapping
from typing import Any

from atd_channelkit.outcomes import failure_of
from atd_channelkit.sending.rows import channel_of
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import (
    InboundContact,
    InboundContactChange,
    InboundContactChangeData,
    InboundReceipt,
    InboundReceiptData,
    ReceiptStatus,
    inbound_subject,
)
from atd_servicekit import ledger


def receipt_of(finished: ledger.Finished, source: str) -> InboundReceipt | None:
    """The receipt of a row, from the service `source`; the same row gives the same event.

    Of reactions only failures are reported, so that conversation takes them back; of marks as read nothing. A deed is
    reported when it is done, too: until then conversation keeps what it undoes.
    """
    about, what = finished.about, finished.about.get("what", "message")
    if what == "read" or (what == "reaction" and finished.state == "done"):
        return None
    status: ReceiptStatus = "sent" if finished.state == "done" else "failed"
    account_id, recipient, command_id = finished.group, about["recipient"], about["command_id"]
    return InboundReceipt(
        id=provider_event_id(account_id, finished.id, f"send:{status}:{command_id}"),
        tenant_id=finished.tenant_id,
        occurred_at=finished.finished_at,
        recorded_at=finished.finished_at,
        source=source,
        subject=inbound_subject(account_id, recipient),
        causation_id=command_id,
        data=InboundReceiptData(
            account_id=account_id,
            channel=channel_of(about),
            status=status,
            recipient=recipient,
            external_id=None if about.get("parts_sent") else _first_id(finished.result),
            message_id=about.get("message_id", finished.id),
            failure=failure_of(finished) if status == "failed" else None,
            attempt=about.get("attempt", 0),
            about=what,
            aliases=_aliases(recipient, finished.result),
            **_parts(about, finished.result),
        ),
    )


def move_of(finished: ledger.Finished, source: str) -> InboundContactChange | None:
    """The new address of a group, where a send learnt it; the same event as that of the provider's own news of it."""
    moved_to: str | None = finished.result.get("moved_to")
    if moved_to is None:
        return None
    account_id, recipient = finished.group, finished.about["recipient"]
    external_id = group_move_id(recipient, moved_to)
    return InboundContactChange(
        id=provider_event_id(account_id, external_id, "contact_change"),
        tenant_id=finished.tenant_id,
        occurred_at=finished.finished_at,
        recorded_at=finished.finished_at,
        source=source,
        subject=inbound_subject(account_id, recipient),
        causation_id=finished.about["command_id"],
        data=InboundContactChangeData(
            account_id=account_id,
            account_name="",  # a row does not know it
            channel=channel_of(finished.about),
            external_id=external_id,
            previous=(recipient,),
            contact=InboundContact(external_id=moved_to, group=True),
            reason="group_moved",
        ),
    )


def group_move_id(before: str, after: str) -> str:
    """The external id of the news that a group goes by another id: whoever tells it, it is told once."""
    return f"{before}>{after}"


def _parts(about: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Of a message in parts: their ids, and how many of them arrived, those of earlier attempts included."""
    before = about.get("parts_sent", 0)
    ids = result.get("external_ids")
    if ids is None and before and result.get("external_id"):
        ids, parts = [result["external_id"]], 1
    else:
        parts = result.get("parts", 0)
    return {"external_ids": tuple(ids or ()), "parts_sent": before + parts}


def _first_id(result: Mapping[str, Any]) -> str | None:
    """Of a message in parts that failed, its first part has arrived."""
    ids = result.get("external_ids") or (result.get("external_id"),)
    first: str | None = ids[0]
    return first


def _aliases(recipient: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    """The provider's other names of the recipient; a phone with and without its `+` is one name.

    Rows that were sent when there was one channel have them one by one.
    """
    known = recipient.removeprefix("+")
    names = result.get("aliases") or (result.get("wa_id"), result.get("user_id"))
    return tuple(dict.fromkeys(one for one in names if one and one != known))
