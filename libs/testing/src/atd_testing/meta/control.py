"""Routes under `/_fake/`: the logs and settings of every fake, and what people do."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from atd_testing.meta.customers import Customers, SentFile, Story
from atd_testing.meta.state import Behaviour, FakeState, Json, MetaRules, Page, Person, Post, SentMessage
from atd_testing.meta.webhooks_sender import MetaWebhooks
from atd_testing.providers import Callback
from atd_testing.providers.control import add_logs, add_settings, status_of
from atd_testing.providers.fake import mounted_at


class Written(BaseModel):
    """A message of a person."""

    account: str
    person: str
    name: str | None = None
    text: str | None = None
    files: list[SentFile] = []
    reply_to: str | None = None
    quick_reply: str | None = None
    story: Story | None = None
    referral: Json | None = None


class Tapped(BaseModel):
    """A button that was tapped."""

    account: str
    person: str
    title: str
    payload: str
    ref: str | None = None


class Commented(BaseModel):
    """A comment of a person below a post or a comment."""

    parent: str
    person: str
    name: str
    text: str = ""
    file_id: str | None = None


class Changed(BaseModel):
    """A comment's new text; none removes it."""

    text: str | None = None


class Did(BaseModel):
    """What a person did to a message: `emoji`, `text` (an edit), or taken back, or read."""

    account: str
    person: str
    mid: str
    what: str
    emoji: str | None = None
    text: str = ""


def control_router(state: FakeState, told: MetaWebhooks, customers: Customers) -> APIRouter:
    """The control routes."""
    router = APIRouter(prefix="/_fake", tags=["control"])
    add_logs(router, state, told.sender)
    add_settings(router, state, Behaviour)
    _add_settings(router, state, told)
    _add_people(router, state, customers)
    _add_deeds(router, customers)
    _add_comments(router, state, customers)
    return router


def _add_settings(router: APIRouter, state: FakeState, told: MetaWebhooks) -> None:
    @router.get("/sent")
    async def list_sent(account: str | None = None, recipient: str | None = None) -> list[SentMessage]:
        found = state.sent if recipient is None else state.sent_to(recipient)
        return [sent.model_copy(update={"file": None}) for sent in found if account in (None, sent.account)]

    @router.get("/status")
    async def show_status() -> dict[str, Any]:
        return status_of(state, told.sender)

    @router.put("/callbacks")
    async def set_callback(callback: Callback) -> Callback:
        """Where the webhooks of an account (or of every account) go."""
        state.callbacks[callback.account] = callback
        return callback

    @router.put("/rules")
    async def set_rules(rules: MetaRules) -> MetaRules:
        state.rules = rules
        return rules

    @router.put("/pages")
    async def set_page(page: Page) -> Page:
        """Name a page or an Instagram account."""
        state.pages[page.id] = page
        return page

    @router.put("/posts")
    async def set_post(post: Post) -> Post:
        state.posts[post.id] = post
        return post


def _add_people(router: APIRouter, state: FakeState, customers: Customers) -> None:
    @router.post("/files")
    async def add_file(request: Request, mime_type: Annotated[str, Query()] = "image/jpeg") -> dict[str, str]:
        """Put bytes on the CDN, for a message of a person."""
        state.base_url = mounted_at(request)
        return {"file_id": state.add_file(await request.body(), mime_type).id}

    @router.put("/people/{account}")
    async def set_person(account: str, person: Person) -> Person:
        state.people[account, person.id] = person
        return person

    @router.post("/messages")
    async def write(written: Written) -> dict[str, str]:
        """A person writes."""
        given = written.model_dump(exclude={"account", "person", "name", "text", "files", "story"})
        if written.name is not None:
            state.person(written.account, written.person).name = written.name
        return {
            "id": customers.write(
                written.account, written.person, written.text, files=written.files, story=written.story, **given
            )
        }


def _add_deeds(router: APIRouter, customers: Customers) -> None:
    @router.post("/postbacks", status_code=204)
    async def tap(tapped: Tapped) -> None:
        """A person taps a button."""
        customers.tap(tapped.account, tapped.person, tapped.title, tapped.payload, ref=tapped.ref)

    @router.post("/deeds", status_code=204)
    async def do(deed: Did) -> None:
        """A person reacts to a message, edits it, takes it back or reads it."""
        match deed.what:
            case "react":
                customers.react(deed.account, deed.person, deed.mid, deed.emoji)
            case "edit":
                customers.edit(deed.account, deed.person, deed.mid, deed.text)
            case "unsend":
                customers.unsend(deed.account, deed.person, deed.mid)
            case _:
                customers.read(deed.account, deed.person, deed.mid)

    @router.post("/echoes")
    async def company_wrote(written: Written) -> dict[str, str]:
        """The company writes in Meta's inbox."""
        return {"id": customers.company_wrote(written.account, written.person, written.text or "")}


def _add_comments(router: APIRouter, state: FakeState, customers: Customers) -> None:
    @router.post("/comments")
    async def comment(commented: Commented) -> dict[str, str]:
        """A person comments."""
        made = customers.comment(
            commented.parent, commented.person, commented.name, commented.text, file_id=commented.file_id
        )
        return {"id": made.id}

    @router.post("/comments/{comment_id}", status_code=204)
    async def change_comment(comment_id: str, changed: Changed) -> None:
        """A person edits or removes their comment."""
        if changed.text is None:
            customers.remove_comment(comment_id)
        else:
            customers.edit_comment(comment_id, changed.text)

    @router.get("/posts/{post_id}/comments")
    async def list_comments(post_id: str) -> list[dict[str, Any]]:
        """The comments below a post, oldest first."""
        return [
            {
                "id": one.id,
                "parent": one.parent,
                "author": one.author,
                "text": one.message,
                "hidden": one.hidden,
                "likes": len(one.likes),
                "created": one.created.isoformat(),
            }
            for one in state.comments.values()
            if one.post_id == post_id
        ]
