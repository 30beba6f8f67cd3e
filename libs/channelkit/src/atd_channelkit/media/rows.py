"""A file to fetch: from the command to a row of the ledger, and from its end to the event. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from atd_channelkit.outcomes import failure_of
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundFile, InboundFileData, inbound_subject
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_servicekit import ledger


def fetch_row(command: OutboundFetch, offset: int, traceparent: str | None, fetch_for: timedelta) -> ledger.NewRow:
    """The ledger row of a command. Its lane is the file; a repeat that somebody asked for is another row.

    It is tried for `fetch_for` from when it was asked for, a waiting account included.
    """
    data = command.data
    attachment_id = data.attachment.id
    return ledger.NewRow(
        id=f"{attachment_id}.{data.attempt}" if data.attempt else attachment_id,
        tenant_id=command.tenant_id,
        group=data.account_id,
        lane=attachment_id,
        order=offset,
        payload={"asked_at": command.occurred_at, "data": data.model_dump()},
        about={
            "command_id": command.id,
            "data": {
                "account_id": data.account_id,
                "channel": data.channel,
                "conversation_id": data.conversation_id,
                "message_id": data.message_id,
                "contact_external_id": data.contact_external_id,
                "attachment": {"id": attachment_id},
                "attempt": data.attempt,
                "contact_id": data.contact_id,
            },
        },
        traceparent=traceparent,
        send_until=command.occurred_at + fetch_for,
    )


def fetch_of(payload: Mapping[str, object]) -> OutboundFetchData:
    """What a row asks for."""
    return OutboundFetchData.model_validate(payload["data"])


def scanning_event(row: ledger.Row, source: str, now: datetime) -> InboundFile:
    """The event of a row that waits for the virus scanner; the same row gives the same event."""
    return _event(row.id, row.tenant_id, row.about, source, now, state="scanning")


def file_event(finished: ledger.Finished, source: str) -> InboundFile:
    """The event of a row that has come to its end, from the service `source`; the same row gives the same event."""
    result, done = finished.result, finished.state == "done"
    names = ("mime_type", "size", "sha256", "width", "height")
    return _event(
        finished.id,
        finished.tenant_id,
        finished.about,
        source,
        finished.finished_at,
        state="ready" if done else "failed",
        failure=None if done else failure_of(finished),
        **{name: result.get(name) for name in names},
    )


def _event(
    row_id: str, tenant_id: str, asked: Mapping[str, Any], source: str, at: datetime, *, state: str, **told: Any
) -> InboundFile:
    about = asked["data"]
    return InboundFile(
        id=provider_event_id(about["account_id"], row_id, f"file:{state}"),
        tenant_id=tenant_id,
        occurred_at=at,
        recorded_at=at,
        source=source,
        subject=inbound_subject(about["account_id"], about["contact_external_id"]),
        causation_id=asked["command_id"],
        data=InboundFileData(
            account_id=about["account_id"],
            channel=about["channel"],
            conversation_id=about["conversation_id"],
            message_id=about["message_id"],
            contact_external_id=about["contact_external_id"],
            attachment_id=about["attachment"]["id"],
            attempt=about["attempt"],
            contact_id=about.get("contact_id"),
            **{"state": state, **told},
        ),
    )
