"""Posts and comments of pages: written, changed, listed."""

import re
from functools import partial
from typing import Any

from atd_testing.meta import webhooks
from atd_testing.meta.errors import GraphError
from atd_testing.meta.handled import Asked, Handled
from atd_testing.meta.state import CallKind, Comment, FakeState, Json, SentMessage
from atd_testing.meta.webhooks_sender import MetaWebhooks

TEXT_LIMIT = 8000


class Comments:
    """Answers what is about comments and posts."""

    def __init__(self, state: FakeState, told: MetaWebhooks) -> None:
        self._state = state
        self._told = told

    def handler(self, call: Asked) -> Handled | None:
        """What answers a call, if it is of this part."""
        match call.method, call.edge:
            case "POST", "comments":
                text = str(call.body.get("message") or "")
                return "send", text, call.node.rpartition("_")[2], partial(self._write, call, text)
            case "GET", "comments":
                return "comments", "", call.node, partial(self._list, call)
            case (("POST" | "DELETE"), "likes"):
                return "send", "", call.node.rpartition("_")[2], partial(self._like, call)
            case (("POST" | "DELETE"), None) if call.node in self._state.comments:
                return "change", "", call.node, partial(self._change, call)
            case "GET", None if call.node in self._state.comments:
                kind: CallKind = "address" if call.params.get("fields") == "attachment" else "comments"
                return kind, "", call.node, partial(self._show, call)
            case "GET", None if call.node in self._state.posts:
                return "comments", "", call.node, partial(self._post, call)
            case _:
                return None

    async def _write(self, call: Asked, text: str) -> Json:
        picture = call.body.get("attachment_url")
        if not text and not picture:
            raise GraphError(100, "(#100) A comment needs a message or an attachment")
        if len(text) > TEXT_LIMIT:
            raise GraphError(100, "(#100) The message is too long")
        page = self._page(call)
        author = {"id": page, "name": self._state.page(page).name}
        made = self.add(call.node, author, text, picture=picture)
        self._log(call, page, made.id, "comment", text, call.node)
        return {"id": made.id}

    def add(
        self, parent: str, author: Json, text: str, *, picture: str | None = None, comment_id: str | None = None
    ) -> Comment:
        """Write a comment below a comment or a post, and tell the page. A reply to a reply goes below the top one."""
        above = self._state.comments.get(parent)
        if above is None:
            post = self._state.post(parent)
            post_id, top = post.id, None
        else:
            post_id, top = above.post_id, above.parent or above.id
        page = post_id.partition("_")[0]
        made = Comment(
            id=comment_id or self._state.next_comment_id(post_id),
            post_id=post_id,
            parent=top,
            author=author,
            message=text,
            created=self._state.now(),
            attachment=_attachment(text, picture),
        )
        self._state.keep_comment(made)
        self.tell(page, made, "add")
        return made

    def tell(self, page: str, comment: Comment, verb: webhooks.Verb) -> None:
        """Tell the page what happened to a comment."""
        more: Json = {}
        if comment.attachment is not None and "media" in comment.attachment and verb == "add":
            more["photo"] = comment.attachment["media"]["image"]["src"]
        value = webhooks.comment(
            comment.post_id,
            comment.id,
            comment.created,
            author=comment.author,
            text=comment.message or None,
            parent_id=comment.parent,
            verb=verb,
            **more,
        )
        self._told.tell(page, changes=[webhooks.feed(value)])

    async def _like(self, call: Asked) -> Json:
        comment = self._state.comments.get(call.node)
        page = self._page(call)
        if comment is not None:
            (comment.likes.add if call.method == "POST" else comment.likes.discard)(page)
        self._log(call, page, call.node, "reaction", "like" if call.method == "POST" else None, call.node)
        return {"success": True}

    async def _change(self, call: Asked) -> Json:
        comment = self._state.comments[call.node]
        page = self._page(call)
        own = comment.author["id"] == page
        if call.method == "DELETE":
            del self._state.comments[comment.id]
            self.tell(page, comment, "remove")
            self._log(call, page, comment.id, "delete", None, comment.id)
            return {"success": True}
        if "is_hidden" in call.body:
            if own:
                raise GraphError(100, "(#100) A page cannot hide its own comments")
            comment.hidden = bool(call.body["is_hidden"])
            self.tell(page, comment, "hide" if comment.hidden else "unhide")
            self._log(call, page, comment.id, "hide" if comment.hidden else "show", None, comment.id)
            return {"success": True}
        if not own:
            raise GraphError(200, "(#200) Only own comments can be edited")
        comment.message = str(call.body.get("message") or "")
        self.tell(page, comment, "edited")
        self._log(call, page, comment.id, "edit", comment.message, comment.id)
        return {"success": True}

    async def _list(self, call: Asked) -> Json:
        """Comments below a comment or a post, newest first when asked so."""
        found = [one for one in self._state.comments.values() if call.node in (one.parent, one.post_id)]
        if call.params.get("order") == "reverse_chronological":
            found.reverse()
        limit = int(call.params.get("limit", "25"))
        return {"data": [_shown(one) for one in found[:limit]]}

    async def _show(self, call: Asked) -> Json:
        return _shown(self._state.comments[call.node])

    async def _post(self, call: Asked) -> Json:
        post = self._state.posts[call.node]
        shown: Json = {
            "id": post.id,
            "message": post.message,
            "permalink_url": f"https://www.facebook.com/{post.id.replace('_', '/posts/')}",
        }
        if post.picture is not None:
            shown["full_picture"] = post.picture
        return shown

    def _page(self, call: Asked) -> str:
        if call.own is not None:
            return call.own
        comment = self._state.comments.get(call.node)
        return (call.node if comment is None else comment.post_id).partition("_")[0]

    def _log(self, call: Asked, page: str, message_id: str, kind: str, text: str | None, target: str) -> None:
        sent = SentMessage(
            number=self._state.next_number(),
            account=page,
            recipient=target.rpartition("_")[2],
            message_id=message_id,
            text=text or None,
            body=call.body,
            at=self._state.now(),
            kind=kind,
            target=target,
        )
        self._state.sent.append(sent)


def _attachment(text: str, picture: str | None) -> Json | None:
    """The picture of a comment, else the page that its text links to: Meta shows both as its attachment."""
    if picture is not None:
        return {"type": "photo", "media": {"image": {"src": picture}}}
    found = re.search(r"https?://\S+", text)
    return None if found is None else {"type": "share", "url": found[0]}


def _shown(comment: Comment) -> Json:
    shown: dict[str, Any] = {
        "id": comment.id,
        "from": comment.author,
        "message": comment.message,
        "created_time": comment.created.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "is_hidden": comment.hidden,
        "like_count": len(comment.likes),
        "can_reply_privately": not comment.answered_privately,
    }
    if comment.parent is not None:
        shown["parent"] = {"id": comment.parent}
    if comment.attachment is not None:
        shown["attachment"] = comment.attachment
    return shown
