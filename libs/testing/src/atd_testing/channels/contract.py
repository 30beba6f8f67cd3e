"""What the classes of the contract have in common."""

from typing import ClassVar

import pytest

from atd_testing.channels.case import ChannelCase


class Contract:
    """Tests of one service, which run in one event loop. A service's class names the `case`."""

    pytestmark = pytest.mark.asyncio(loop_scope="class")
    case: ClassVar[ChannelCase]
