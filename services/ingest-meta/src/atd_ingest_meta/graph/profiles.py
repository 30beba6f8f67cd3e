"""Who somebody is, and what a post or a comment says: what webhooks leave out."""

from dataclasses import dataclass

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.webhooks.values import NAME_LIMIT, TEXT_LIMIT, Json, link_of
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.answers import text_in
from atd_ingest_meta.graph.api import GraphApi

NotTold = Refused | Unsent | Uncertain


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person is called on the channel; nothing of it is proven."""

    name: str | None = None
    username: str | None = None
    picture: str | None = None
    """Where their picture can be had for a while."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post: its text, its page, and where its picture can be had for a while."""

    text: str | None = None
    url: str | None = None
    picture: str | None = None


async def fetch_profile(graph: GraphApi, account: Account, person: str) -> Profile | NotTold:
    """The name and picture of somebody who wrote in private. Meta tells it only to apps with that access."""
    fields = "name,username" if account.kind == "instagram" else "name,first_name,last_name"
    fields = f"{fields},profile_pic"
    said = await graph.get(account, person, fields=fields)
    if not isinstance(said, dict):
        return said
    parts = [part for name in ("first_name", "last_name") if (part := text_in(said, name))]
    name = text_in(said, "name") or " ".join(parts) or None
    username = text_in(said, "username")
    return Profile(
        None if name is None else name[:NAME_LIMIT],
        None if username is None else username[:NAME_LIMIT],
        link_of(said.get("profile_pic")),
    )


async def fetch_post(graph: GraphApi, account: Account, post_id: str) -> Post | NotTold:
    """What a post of the page says and shows."""
    said = await graph.get(account, post_id, fields="message,story,full_picture,permalink_url")
    if not isinstance(said, dict):
        return said
    text = text_in(said, "message") or text_in(said, "story")
    return Post(
        None if text is None else text[:TEXT_LIMIT],
        link_of(said.get("permalink_url")),
        link_of(said.get("full_picture")),
    )


async def fetch_comment(graph: GraphApi, account: Account, comment_id: str) -> Json | NotTold:
    """A comment as Meta tells it: `from`, `message`, `attachment`."""
    return await graph.get(account, comment_id, fields="id,from,message,attachment,permalink_url")
