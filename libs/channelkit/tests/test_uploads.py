"""Uploads when our own side has trouble."""

from unittest.mock import AsyncMock

import pytest

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused
from atd_channelkit.media.uploads import MediaUploads
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileMissing
from atd_testing.clock import FakeClock

ACCOUNT = Account(id="a1", tenant_id="t1", kind="telegram", name="Loja", status="active", version=1)
FILE = OutboundAttachment(id="f1", name="a.pdf", mime_type="application/pdf", size=1, sha256="00")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InfrastructureFault("away"), ("transient", "file_store_away")),
        (FileMissing("f1"), ("media", "file_missing")),
    ],
)
async def test_a_file_whose_store_is_away_is_sent_later_and_a_missing_one_never(
    error: Exception, expected: tuple[str, str]
) -> None:
    known, away, uploader = AsyncMock(), AsyncMock(), AsyncMock()
    known.find.return_value = None
    away.open.side_effect = error
    answer = await MediaUploads(known, away, uploader, FakeClock()).upload(ACCOUNT, [FILE])
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code) == expected
    uploader.upload.assert_not_awaited()
