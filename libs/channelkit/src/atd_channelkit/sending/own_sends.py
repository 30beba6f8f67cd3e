"""Whether what a provider tells of an account's own messages can be a send of ours: looked up in the ledger.

For providers that return nothing which travelled with a send (Instagram, comments): an echo can come before the answer
to the send that it is of, which alone tells its id.
"""

from typing import TYPE_CHECKING

from atd_channelkit.sending.ledgers import SENDS

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database


class OwnSends:
    """Reads the rows of the ledger."""

    def __init__(self, db: "Database") -> None:
        self._rows = db[f"{SENDS}_rows"]

    async def under_way(self, account_id: str, recipient: str) -> bool:
        """Whether something is being sent to a customer, or may have been."""
        query = {
            "open.group": account_id,
            "state": {"$in": ["sending", "uncertain"]},
            "about.recipient": recipient,
        }
        return await self._rows.find_one(query, {"_id": 1}, hint="due") is not None
