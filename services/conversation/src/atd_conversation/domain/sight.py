"""What of a tenant somebody may see: everything, or what belongs to their own conversations (docs/adr/0028).

One rule for every list, count, search, file, action and event: an attendant who is limited to own conversations sees
those that are assigned to them now, closed ones too, and the contacts of these.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """What an identity sees of its tenant. `only_of` is the attendant whose conversations alone it sees; None: all."""

    tenant_id: str
    only_of: str | None = None

    @property
    def limited(self) -> bool:
        """Whether there is anything of the tenant that it does not see."""
        return self.only_of is not None

    def sees(self, assignee_id: str | None) -> bool:
        """Whether it sees a conversation of the tenant that is assigned to this attendant."""
        return self.only_of is None or self.only_of == assignee_id
