"""A merge is undone: what it gave the record that went on is taken back, wherever it has got to since.

As if the merge had not been: what another record gives that is still merged stays, and so does what was changed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from atd_conversation.domain.contact import Contact, Merge

_FILLED = frozenset({"phone", "email", "document", "birthday", "address", "blocked"})
"""What a record that lacks it takes over from the first one that has it; so are labels and custom fields."""


@dataclass(slots=True)
class TakingBack:
    """Goes along the records that went on one for the other, the one of the merge first.

    `others` are all other contacts that are merged into one of these. `touched` are those whose merge gives something
    from now on that the undone one gave before.
    """

    others: Sequence[Contact]
    touched: list[Contact] = field(default_factory=list)

    def run(self, merge: Merge, path: Sequence[Contact]) -> tuple[str, ...]:
        """The names (see `Contact.values`) that changed of the last contact of `path`."""
        given, giver = merge, None
        names = {*merge.before, *merge.after}
        for contact in path:
            names = {name for name in sorted(names) if self._take_back(contact, given, giver, name)}
            if contact.merged is None:
                break
            given, giver = contact.merged, contact
        return tuple(sorted(names))

    def _take_back(self, contact: Contact, given: Merge, giver: Contact | None, name: str) -> bool:
        """Whether a value changed that a merge gave; `giver` is the record that gave it, None for the one that goes."""
        before, value = given.before.get(name), contact.values().get(name)
        if before == given.after.get(name) or value != given.after.get(name) or contact.is_set_since(name, given.at):
            return False
        now = giver.values().get(name) if giver is not None else None
        heir = giver if now is not None else None
        if heir is None and before is None and _is_filled(name):
            heir = self._heir(contact, given, name)
            now = heir.values()[name] if heir is not None else None
        if giver is not None:
            _note(giver, name, before, now if heir is giver else before)
        if heir is not None and heir is not giver:
            _note(heir, name, before, now)
            self.touched.append(heir)
        after = before if heir is None else now
        contact.put_values({name: after})
        return after != value

    def _heir(self, contact: Contact, given: Merge, name: str) -> Contact | None:
        """The next record that was merged into the same one and would have given the value, had it been missing."""
        found = [
            (one.merged.at, one.id, one)
            for one in self.others
            if one.merged is not None
            and one.merged.into == contact.id
            and one.merged.at > given.at
            and one.values().get(name) is not None
        ]
        return min(found)[2] if found else None


def _is_filled(name: str) -> bool:
    return name in _FILLED or name.startswith(("labels.", "fields."))


def _note(contact: Contact, name: str, before: Any, after: Any) -> None:
    """What the merge of a contact changed of the one that goes on: this value from now on, or nothing."""
    if contact.merged is None:
        return
    both = []
    for values, value in ((contact.merged.before, before), (contact.merged.after, after)):
        others = {key: one for key, one in values.items() if key != name}
        both.append(others if value is None or before == after else {**others, name: value})
    contact.merged = replace(contact.merged, before=both[0], after=both[1])
