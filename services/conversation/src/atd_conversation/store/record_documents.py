"""What people wrote down of a contact, its blocking and its merges, as parts of its document and back."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.contact import Contact, Merge, MergedThread
from atd_conversation.domain.contact_record import Block, FieldChange, Record
from atd_conversation.domain.duplicates import signs_of
from atd_schemas.views import Named

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def record_fields(contact: Contact) -> "Document":
    """The parts that documents of earlier versions lack. `signs` are what a duplicate would share."""
    record, block = contact.record, contact.block
    return {
        "record": {
            "named": record.named,
            "phone": record.phone,
            "email": record.email,
            "document": record.document,
            "birthday": record.birthday,
            "address": record.address,
            "fields": {key: list(v) if isinstance(v, tuple) else v for key, v in record.fields.items()},
        },
        "block": None if block is None else {"at": block.at, "by": _named(block.by), "reason": block.reason},
        "changes": {name.replace(".", "/"): list(change) for name, change in contact.changes.items()},
        "absorbed": list(contact.absorbed),
        "apart": list(contact.apart),
        "dismissed": list(contact.dismissed),
        "signs": signs_of(contact),
        **({"undone": list(contact.undone)} if contact.undone else {}),
    }


def record_of(document: "Document") -> dict[str, Any]:
    """The arguments of a `Contact` that `record_fields` made."""
    record, block = document.get("record"), document.get("block")
    return {
        "record": _record(record) if record else Record(),
        "block": None if block is None else Block(block["at"], _who(block["by"]), block["reason"]),
        "changes": {name.replace("/", "."): FieldChange(*value) for name, value in document.get("changes", {}).items()},
        **{name: tuple(document.get(name, ())) for name in ("absorbed", "apart", "dismissed", "undone")},
    }


def merge_fields(merge: Merge) -> "Document":
    """A merge inside the contact that gave way; names with a dot cannot be names of fields in a document."""
    return {
        **asdict(merge),
        "by": _named(merge.by),
        "before": [[name, value] for name, value in merge.before.items()],
        "after": [[name, value] for name, value in merge.after.items()],
    }


def merge_of(document: "Document", contact_id: str) -> Merge:
    """The merge of what `merge_fields` made; one of earlier versions goes by the id of its contact."""
    lists = {name: tuple(document[name]) for name in ("identities", "conversations", "gave_way")}
    return Merge(
        into=document["into"],
        at=document["at"],
        cause=document["cause"],
        id=document.get("id") or contact_id,
        by=_who(document.get("by")),
        threads=tuple(MergedThread(**one) for one in document.get("threads", ())),
        before=dict(document.get("before", ())),
        after=dict(document.get("after", ())),
        **lists,
    )


def _record(document: "Document") -> Record:
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in document["fields"].items()}
    return Record(**{**document, "fields": fields})


def _named(who: Named | None) -> "Document | None":
    return None if who is None else {"id": who.id, "name": who.name}


def _who(document: "Document | None") -> Named | None:
    return None if document is None else Named(**document)
