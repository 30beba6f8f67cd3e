"""What the classes of the contract have in common."""

from typing import ClassVar

import pytest

from atd_testing.channels.case import ChannelCase, Feature


class Contract:
    """Tests of one service, which run in one event loop. A service's class names the `case`."""

    pytestmark = pytest.mark.asyncio(loop_scope="class")
    case: ClassVar[ChannelCase]

    def need(self, feature: Feature) -> None:
        """Skip the test when the channel lacks this; to be called before a service is started for it."""
        if feature in self.case.lacks:
            pytest.skip(f"{self.case.kind} lacks {feature}: {self.case.lacks[feature]}")
