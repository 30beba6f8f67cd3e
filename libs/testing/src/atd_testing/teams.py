"""Teams, as routing tells of them."""

from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import TeamChanged, TeamData
from atd_testing.inbound import NOON


def team_changed(
    tenant_id: str, team_id: str, name: str, *members: str, deleted: bool = False, revision: int = 1
) -> TeamChanged:
    """A team was made, or is another one now."""
    return TeamChanged(
        id=uuid7(),
        tenant_id=tenant_id,
        occurred_at=NOON,
        recorded_at=NOON,
        source="routing",
        subject=team_id,
        sequence=revision,
        data=TeamData(team_id=team_id, name=name, member_ids=members, deleted=deleted),
    )
