"""Writes, changes and removes comments of a page."""

from dataclasses import dataclass

from atd_channelkit.answers import Accepted, Answer, Refused, Uncertain, Unsendable
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose.comments import CommentCall, NewComment, comment_calls, new_comment
from atd_ingest_meta.failures import OBJECT_GONE
from atd_ingest_meta.file_links import FileLinks
from atd_ingest_meta.graph.answers import text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.lookups import Lookups
from atd_ingest_meta.ids import comment_id
from atd_schemas.outbound import OutboundActionData, OutboundMessageData, OutboundReactionData

_GONE = "/".join(str(one) for one in OBJECT_GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentSender:
    """Makes the calls about comments."""

    graph: GraphApi
    links: FileLinks
    lookups: Lookups

    async def write(self, account: Account, send: Send, data: OutboundMessageData) -> Answer:
        """Write a comment. Whenever it is not known whether it was written, that is looked up before any repeat."""
        if send.part > 0:
            return Accepted()
        wanted = new_comment(data)
        if isinstance(wanted, Unsendable):
            return wanted
        if send.uncertain:
            found = await self.lookups.comment(account, wanted, data.thread_id, send.asked_at)
            if isinstance(found, str):
                return await self.lookups.found(account, found)
            if found is not None:
                return Uncertain("it could not be asked whether it was written")
        answer = await self._post(account, data, wanted)
        if isinstance(answer, Accepted) and answer.external_id is not None:
            return await self.lookups.found(account, answer.external_id)
        if isinstance(answer, Uncertain):
            found = await self.lookups.comment(account, wanted, data.thread_id, send.asked_at)
            if isinstance(found, str):
                return await self.lookups.found(account, found)
        return answer

    async def _post(self, account: Account, data: OutboundMessageData, wanted: NewComment) -> Answer:
        body = {"message": wanted.text} if wanted.text else {}
        if wanted.picture is not None:
            body["attachment_url"] = self.links.link(account.tenant_id, wanted.picture)
        said = await self.graph.post(account, f"{wanted.parent}/comments", body)
        if not isinstance(said, dict):
            return said
        external_id = comment_id(text_in(said, "id"), data.thread_id)
        return Uncertain("an answer 200 without an id") if external_id is None else Accepted(external_id)

    async def change(self, account: Account, data: OutboundReactionData | OutboundActionData) -> Answer:
        """Like, edit, delete, hide or show. What is gone is deleted already."""
        calls = comment_calls(data)
        if isinstance(calls, Unsendable):
            return calls
        deletes = isinstance(data, OutboundActionData) and data.action == "delete"
        for call in calls:
            said = await self._change(account, call)
            gone = deletes and isinstance(said, Refused) and said.code == _GONE
            if not isinstance(said, Accepted) and not gone:
                return said
        return Accepted()

    async def _change(self, account: Account, call: CommentCall) -> Answer:
        options = {} if call.body is None else {"json": call.body}
        said = await self.graph.call(account, call.method, call.path, **options)
        if not isinstance(said, dict):
            return said
        return Refused("request", "not_done", "Meta did not do it.") if said.get("success") is False else Accepted()
