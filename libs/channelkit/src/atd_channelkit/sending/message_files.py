"""Sending a message whose files are uploaded to the provider first."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Answer, Refused, Unsendable
from atd_channelkit.media.uploads import MediaUploads, UploadedFiles
from atd_schemas.outbound import OutboundMessageData

A = TypeVar("A", bound=Account)

Post = Callable[[Mapping[str, str]], Awaitable[Answer]]
"""Sends the message, with the provider's ids of its files by ours."""


@dataclass(frozen=True, slots=True)
class MessageFiles(Generic[A]):
    """For channels that send files by an id.

    `find_unsendable` says what the channel cannot carry before anything is uploaded.
    """

    uploads: MediaUploads[A]
    find_unsendable: Callable[[OutboundMessageData], Unsendable | None]

    async def send(self, account: A, message: OutboundMessageData, post: Post, *, first_attempt: bool) -> Answer:
        """Upload the files and `post`.

        An id that the provider does not know any more is replaced once. A repeat that an attendant asked for uploads
        its files again, at its first attempt.
        """
        unsendable = self.find_unsendable(message)
        if unsendable is not None:
            return unsendable
        if message.attempt and first_attempt:
            await self.uploads.forget(account, message.attachments)
        answer, uploaded = await self._upload_and_post(account, message, post)
        if isinstance(answer, Refused) and answer.stale_file and uploaded is not None and uploaded.remembered:
            await self.uploads.forget(account, message.attachments, uploaded)
            answer, _ = await self._upload_and_post(account, message, post)
        return answer

    async def _upload_and_post(
        self, account: A, message: OutboundMessageData, post: Post
    ) -> tuple[Answer, UploadedFiles | None]:
        uploaded = await self.uploads.upload(account, message.attachments)
        if not isinstance(uploaded, UploadedFiles):
            return uploaded, None
        return await post(uploaded.ids), uploaded
