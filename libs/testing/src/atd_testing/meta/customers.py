"""What people do: write by Messenger and Instagram, and comment on the posts of a page."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from atd_testing.meta import webhooks
from atd_testing.meta.comments import Comments
from atd_testing.meta.state import Comment, FakeState, Json
from atd_testing.meta.webhooks_sender import MetaWebhooks

FileKind = Literal["image", "video", "audio", "file"]


class SentFile(BaseModel):
    """A file of a person's, on the CDN under `file_id`."""

    kind: FileKind = "image"
    file_id: str


class Story(BaseModel):
    """A story of the company's: answered, or it mentions the company."""

    id: str
    file_id: str | None = None
    mention: bool = False


class Customers:
    """People of the fake. `account` is the id of a page, or of an Instagram account."""

    def __init__(self, state: FakeState, told: MetaWebhooks) -> None:
        self._state = state
        self._told = told
        self._comments = Comments(state, told)

    def write(
        self,
        account: str,
        person: str,
        text: str | None = None,
        *,
        files: Sequence[SentFile] = (),
        reply_to: str | None = None,
        quick_reply: str | None = None,
        story: Story | None = None,
        referral: Json | None = None,
        mid: str | None = None,
    ) -> str:
        """Write a message; answers its id, which may be given."""
        mid = mid or self._state.next_message_id()
        attachments = [webhooks.attachment(one.kind, self._url(one.file_id)) for one in files]
        more: dict[str, Any] = {} if referral is None else {"referral": referral}
        target: Json | None = None if reply_to is None else {"mid": reply_to}
        if story is not None and story.mention:
            attachments.append(webhooks.attachment("story_mention", self._story_url(story)))
        elif story is not None:
            target = {"story": {"url": self._story_url(story), "id": story.id}}
        message = webhooks.message(mid, text, attachments=attachments, reply_to=target, quick_reply=quick_reply, **more)
        kept: Json = {"id": mid, "from": {"id": person}, "message": text or ""}
        kept["created_time"] = self._state.now().strftime("%Y-%m-%dT%H:%M:%S+0000")
        self._state.talks[account, person].messages.append(kept)
        self._state.message_files[mid] = [one.file_id for one in files]
        self._act(account, person, message=message)
        return mid

    def tap(
        self, account: str, person: str, title: str, payload: str, *, ref: str | None = None, mid: str | None = None
    ) -> None:
        """Tap a button that is a postback: of a card, Get Started, an ice breaker."""
        referral = None if ref is None else {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        self._act(
            account, person, postback=webhooks.postback(mid or self._state.next_message_id(), title, payload, referral)
        )

    def react(self, account: str, person: str, mid: str, emoji: str | None) -> None:
        """React to a message, or take it back."""
        self._act(account, person, reaction=webhooks.reaction(mid, emoji))

    def edit(self, account: str, person: str, mid: str, text: str, times: int = 1) -> None:
        """Change the text of a message."""
        self._act(account, person, message_edit={"mid": mid, "text": text, "num_edit": times})

    def unsend(self, account: str, person: str, mid: str) -> None:
        """Take a message back."""
        self._act(account, person, message={"mid": mid, "is_deleted": True})

    def delivered(self, account: str, person: str, mid: str) -> None:
        """The phone has the company's message; Instagram does not tell that."""
        if not account.startswith("1784"):
            moment = webhooks.milliseconds(self._state.now())
            self._tell(account, person, delivery={"mids": [mid], "watermark": moment})

    def read(self, account: str, person: str, mid: str) -> None:
        """Read everything up to now."""
        is_instagram = account.startswith("1784")
        told = {"mid": mid} if is_instagram else {"watermark": webhooks.milliseconds(self._state.now())}
        self._tell(account, person, read=told)

    def company_wrote(self, account: str, person: str, text: str) -> str:
        """The company writes in Meta's own inbox or on a phone."""
        mid = self._state.next_message_id()
        echo = webhooks.echo(mid, text, app_id=None if account.startswith("1784") else webhooks.PAGE_INBOX)
        self._told.tell(account, messaging=[webhooks.item(account, person, self._state.now(), message=echo)])
        return mid

    def comment(
        self,
        parent: str,
        person: str,
        name: str,
        text: str,
        *,
        file_id: str | None = None,
        comment_id: str | None = None,
    ) -> Comment:
        """Comment on a post, or answer a comment. `parent` is `{page}_{post}` or a comment's id."""
        picture = None if file_id is None else self._url(file_id)
        author = {"id": person, "name": name}
        return self._comments.add(parent, author, text, picture=picture, comment_id=comment_id)

    def edit_comment(self, comment_id: str, text: str) -> None:
        """Change the text of a comment."""
        comment = self._state.comments[comment_id]
        comment.message = text
        self._comments.tell(comment.post_id.partition("_")[0], comment, "edited")

    def remove_comment(self, comment_id: str) -> None:
        """Delete a comment."""
        comment = self._state.comments.pop(comment_id)
        self._comments.tell(comment.post_id.partition("_")[0], comment, "remove")

    def _act(self, account: str, person: str, **content: Any) -> None:
        """Do something that opens the window."""
        self._state.person(account, person)
        self._state.talks[account, person].acted = self._state.now()
        self._tell(account, person, **content)

    def _tell(self, account: str, person: str, **content: Any) -> None:
        self._told.tell(account, messaging=[webhooks.item(person, account, self._state.now(), **content)])

    def _url(self, file_id: str) -> str:
        return self._state.address(self._state.files[file_id])

    def _story_url(self, story: Story) -> str:
        return f"{self._state.base_url}/cdn/{story.id}/gone" if story.file_id is None else self._url(story.file_id)
