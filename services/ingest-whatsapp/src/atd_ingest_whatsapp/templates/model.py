"""Message templates as we keep them: from Meta's list and webhooks to our copies, and to what others see. Pure.

A copy holds, for each aspect (status, category, quality, texts), when Meta said it last: what is older changes nothing,
whatever the order in which lists and webhooks come.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.templates.layout import layout_of
from atd_ingest_whatsapp.translate import TemplateNote
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import TemplateChanged, TemplateData
from atd_schemas.template_parts import find_unsendable_part
from atd_schemas.views import TemplateParameters, TemplateStatus, TemplateView
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

TERMS_LIMIT = 200
"""Different words of one template that it is found by."""

QUERY_WORDS_LIMIT = 8
COMPONENTS_LIMIT_BYTES = 65_536
"""Meta's limits come to about 10 KB; a larger template is kept without its components."""

_TERM_LIMIT = 64
_WORD = re.compile(r"[^\W_]+")
_POSITIONAL = re.compile(r"\{\{\s*([0-9]{1,3})\s*\}\}")
_NAMED = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_NAMES_LIMIT = 100
_DELETED = "DELETED"

# FLAGGED warns that a template may be paused soon: until then it is sent as ever.
_STATUSES: Mapping[str, TemplateStatus] = MappingProxyType(
    {
        "APPROVED": "approved",
        "REINSTATED": "approved",
        "FLAGGED": "approved",
        "PENDING": "pending",
        "IN_APPEAL": "pending",
        "REJECTED": "rejected",
        "PAUSED": "paused",
        "DISABLED": "disabled",
        "LOCKED": "disabled",
        "ARCHIVED": "disabled",
        "PENDING_DELETION": "disabled",
    }
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in Meta's list; `status` and `category` are Meta's words."""

    name: str
    language: str
    status: str
    category: str
    quality: str | None
    reason: str | None
    named: bool
    components: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A copy to be written; `visible` when others must hear of it."""

    document: "Document"
    visible: bool


def listed_of(item: Any) -> Listed | None:
    """One item of the answer to `GET /{waba-id}/message_templates`; `None` without name or language."""
    if not isinstance(item, dict):
        return None
    name, language = _word(item.get("name"), 512), _word(item.get("language"), 16)
    if name is None or language is None:
        return None
    score = item.get("quality_score")
    components = item.get("components")
    status = _word(item.get("status"), 64) or ""
    rejected = _word(item.get("rejected_reason"), 500)
    return Listed(
        name=name,
        language=language,
        status=status,
        category=_word(item.get("category"), 64) or "",
        quality=_word(score.get("score"), 64) if isinstance(score, dict) else None,
        reason=rejected if rejected not in (None, "NONE") else _reason_of(status),
        named=item.get("parameter_format") == "NAMED",
        components=_components(components) if isinstance(components, list) else (),
    )


def from_list(before: "Document | None", listed: Listed, account: Account, at: datetime, now: datetime) -> Saved:
    """The copy after Meta's list, which was asked for at `at`, has named the template."""
    document = _new(account, listed.name, listed.language, now) if before is None else {**before}
    times = dict(document["times"])
    if at >= times["status"]:
        times["status"] = at
        document |= _status(listed.status, listed.reason)
    if at >= times["category"]:
        times["category"], document["category"] = at, listed.category
    if at >= times["quality"]:
        times["quality"], document["quality"] = at, listed.quality
    if at >= times["texts"]:
        times["texts"] = at
        document |= _texts(listed.name, listed.components, named=listed.named)
    return _saved(before, {**document, "times": times}, now)


def from_note(before: "Document", note: TemplateNote, now: datetime) -> Saved:
    """The copy after a webhook has said something of the template."""
    document, times = {**before}, dict(before["times"])
    if note.status is not None and note.at >= times["status"]:
        times["status"] = note.at
        document |= _status(note.status, note.reason or _reason_of(note.status))
    if note.category is not None and note.at >= times["category"]:
        times["category"], document["category"] = note.at, note.category
    if note.quality is not None and note.at >= times["quality"]:
        times["quality"], document["quality"] = note.at, note.quality
    if note.says_texts() and note.at >= times["texts"]:
        times["texts"] = note.at
        components = _with_texts(orjson.loads(before["components"]), note)
        document |= _texts(before["name"], components, named=before["named"])
    return _saved(before, {**document, "times": times}, now)


def gone(before: "Document", at: datetime, now: datetime) -> Saved | None:
    """The copy after Meta's list has not named the template; `None` when it was made after the list was asked for."""
    if before["deleted"] or at < max(before["times"].values()):
        return None
    times = {**before["times"], "status": at}
    return _saved(before, {**before, **_status(_DELETED, None), "times": times}, now)


def wants_list(before: "Document | None", note: TemplateNote) -> bool:
    """Whether only Meta's list can tell what is not in the note: of an unknown template, or of new buttons."""
    if before is None or before["deleted"]:
        return note.status != _DELETED
    return note.says_texts()


def template_id(account_id: str, name: str, language: str) -> str:
    """The id of the copy of a template of an account."""
    return f"{account_id}:{name}:{language}"


def view(document: "Document") -> TemplateView:
    """The template as others see it."""
    components = tuple(orjson.loads(document["components"]))
    return TemplateView(
        name=document["name"],
        language=document["language"],
        category=document["category"],
        status=document["status"],
        quality=document["quality"],
        reason=document["reason"],
        components=components,
        parameters=TemplateParameters.model_validate(document["parameters"]),
        layout=layout_of(components),
        unsendable=find_unsendable_part(components),
    )


def changed_event(document: "Document", now: datetime) -> TemplateChanged:
    """What others are told of a template after a change."""
    return TemplateChanged(
        id=uuid7(),
        tenant_id=document["tenant_id"],
        occurred_at=now,
        recorded_at=now,
        source="ingest-whatsapp",
        subject=document["account_id"],
        data=TemplateData(
            account_id=document["account_id"],
            channel="whatsapp",
            template=view(document),
            deleted=document["deleted"],
            revision=document["order"],
        ),
    )


def status_of(word: str) -> TemplateStatus:
    """Our word for Meta's."""
    return _STATUSES.get(word.upper(), "other")


def parameters_of(components: Sequence[Mapping[str, Any]], *, named: bool) -> TemplateParameters:
    """How many values a template takes.

    Header: one for a variable in its text, a file, or a place. Body: the highest position, or the names in their
    order. Buttons: one for each address with a variable, each code to copy and each one-time code; quick replies,
    phones and forms go without. Of what cannot be sent (`unsendable`) nothing is counted.
    """
    header, buttons = 0, 0
    body: int | tuple[str, ...] = () if named else 0
    for component in components:
        kind, text = str(component.get("type")).upper(), str(component.get("text") or "")
        if kind == "HEADER":
            words = str(component.get("format") or "TEXT").upper() == "TEXT"
            header = 1 if not words or _has_variable(text) else 0
        elif kind == "BODY":
            body = tuple(dict.fromkeys(_NAMED.findall(text)))[:_NAMES_LIMIT] if named else _highest(text)
        elif kind == "BUTTONS":
            listed = component.get("buttons")
            buttons = sum(map(_takes_value, listed)) if isinstance(listed, list) else 0
    return TemplateParameters(header=header, body=body, buttons=buttons)


def words_of(text: str) -> list[str]:
    """The different words of a text, without case and accents, in their order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return list(dict.fromkeys(word[:_TERM_LIMIT] for word in _WORD.findall(plain)))


def _has_variable(text: str) -> bool:
    return bool(_POSITIONAL.search(text) or _NAMED.search(text))


def _highest(text: str) -> int:
    return max((int(place) for place in _POSITIONAL.findall(text)), default=0)


def _takes_value(button: Any) -> bool:
    if not isinstance(button, dict):
        return False
    kind = str(button.get("type")).upper()
    return kind in ("COPY_CODE", "OTP") or (kind == "URL" and _has_variable(str(button.get("url") or "")))


def _new(account: Account, name: str, language: str, now: datetime) -> "Document":
    never = datetime.fromtimestamp(0, now.tzinfo)
    return {
        "_id": template_id(account.id, name, language),
        "tenant_id": account.tenant_id,
        "account_id": account.id,
        "name": name,
        "language": language,
        "category": "",
        "quality": None,
        "times": {"status": never, "category": never, "quality": never, "texts": never},
        "order": 0,
    }


def _status(word: str, reason: str | None) -> dict[str, Any]:
    deleted = word.upper() == _DELETED
    return {"status": "disabled" if deleted else status_of(word), "reason": reason, "deleted": deleted}


def _reason_of(word: str) -> str | None:
    """Meta's word itself where ours says less."""
    return word if word and (status_of(word) == "other" or word.upper() in ("FLAGGED", "LOCKED", "ARCHIVED")) else None


def _texts(name: str, components: Iterable[Mapping[str, Any]], *, named: bool) -> dict[str, Any]:
    kept = tuple(components)
    body = next((str(one.get("text") or "") for one in kept if str(one.get("type")).upper() == "BODY"), "")
    return {
        "components": orjson.dumps(kept).decode(),
        "parameters": parameters_of(kept, named=named).model_dump(mode="json"),
        "named": named,
        "terms": words_of(f"{name} {body}")[:TERMS_LIMIT],
    }


def _with_texts(components: list[dict[str, Any]], note: TemplateNote) -> list[dict[str, Any]]:
    """The components with the texts of a note in them; buttons stay, because a note need not name all."""
    wanted = {"HEADER": note.header, "BODY": note.body, "FOOTER": note.footer}
    kept = []
    for component in components:
        text = wanted.pop(str(component.get("type")).upper(), None)
        kept.append(component if text is None else {**component, "text": text})
    places = {"HEADER": 0, "BODY": 1, "FOOTER": 2}
    added = [
        {"type": kind, **({"format": "TEXT"} if kind == "HEADER" else {}), "text": text}
        for kind, text in wanted.items()
        if text is not None
    ]
    return sorted(kept + added, key=lambda one: places.get(str(one.get("type")).upper(), 3))


def _saved(before: "Document | None", after: "Document", now: datetime) -> Saved:
    same = before is not None and all(before[name] == after[name] for name in _VISIBLE)
    if same:
        return Saved(after, visible=False)
    after |= {
        "order": next_order(now, after["order"]),
        "deleted_at": now if after["deleted"] else None,
        "updated_at": now,
    }
    return Saved(after, visible=True)


_VISIBLE = ("category", "status", "quality", "reason", "components", "parameters", "deleted")


def _word(value: Any, limit: int) -> str | None:
    return value[:limit] if isinstance(value, str) and value else None


def _components(components: list[Any]) -> tuple[Mapping[str, Any], ...]:
    kept = tuple(one for one in components if isinstance(one, dict))
    return kept if len(orjson.dumps(kept)) <= COMPONENTS_LIMIT_BYTES else ()
