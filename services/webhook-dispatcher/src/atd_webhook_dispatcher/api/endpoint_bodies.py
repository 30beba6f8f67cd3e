"""What is given to make and to change an endpoint."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, create_model
from pydantic.fields import FieldInfo

from atd_schemas.views import ChannelKind
from atd_webhook_dispatcher.api.parts import Body
from atd_webhook_dispatcher.domain.endpoint import (
    LEAST_PER_SECOND,
    LONGEST_PAUSE_SECONDS,
    MOST_CONCURRENCY,
    MOST_DISABLE_AFTER_HOURS,
    MOST_EVENT_TYPES,
    MOST_FILTER_VALUES,
    MOST_PER_SECOND,
    MOST_RETRIES,
    MOST_URL_CHARACTERS,
    RETRY_SECONDS,
    AuthKind,
    WhilePaused,
)
from atd_webhook_dispatcher.domain.expressions import MOST_CHARACTERS
from atd_webhook_dispatcher.domain.headers import MOST_HEADERS
from atd_webhook_dispatcher.domain.shaping import MOST_FIELD_CHARACTERS, MOST_FIELDS

MOST_DESCRIPTION_CHARACTERS = 200

Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
Ids = Annotated[list[Id], Field(max_length=MOST_FILTER_VALUES)]
EventType = Annotated[str, StringConstraints(pattern=r"^[a-z_.*]{1,64}$")]
FieldPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$", max_length=MOST_FIELD_CHARACTERS),
]
Pause = Annotated[int, Field(ge=1, le=LONGEST_PAUSE_SECONDS)]
Credential = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=4_096)]


class FilterBody(Body):
    """An event passes where every kind of filter that is given has one of its values."""

    channel: Annotated[list[ChannelKind], Field(max_length=MOST_FILTER_VALUES)] = Field(default_factory=list)
    team_id: Ids = Field(default_factory=list)
    label: Ids = Field(default_factory=list, description="Ids of labels of the customer")
    type_id: Ids = Field(default_factory=list, description="Ids of types of the conversation")


class AuthBody(Body):
    """How requests authenticate beside their signature. Credentials are never shown again; absent ones stay."""

    kind: AuthKind = "none"
    username: Credential | None = Field(default=None, description="Of `basic`, without a colon")
    password: Credential | None = Field(default=None, description="Of `basic`")
    token: Credential | None = Field(default=None, description="Of `bearer`")
    token_url: Annotated[str, Field(max_length=MOST_URL_CHARACTERS)] | None = Field(
        default=None, description="Of `oauth2` (client credentials): where tokens are fetched"
    )
    client_id: Credential | None = None
    client_secret: Credential | None = Field(default=None, description="To be given again with another `token_url`")
    scope: Credential | None = None
    client_certificate_pem: Annotated[str, Field(max_length=65_536)] | None = Field(
        default=None,
        description="Certificate, its chain and its private key, for mTLS; with any kind. Null removes it",
    )


class EndpointBody(Body):
    """A webhook: a URL of an external system, and what it is told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://crm.example.com/hooks/atendimento",
                    "description": "CRM",
                    "event_types": ["message.received", "conversation.*"],
                    "filters": {"channel": ["whatsapp"]},
                    "expression": "data.message.kind == 'text'",
                    "headers": {"X-Source": "atendimento"},
                    "ordered": True,
                }
            ]
        }
    )

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_URL_CHARACTERS)] = Field(
        description="https:// (http:// where the operator allows it); `user:password@` moves to basic authentication"
    )
    description: Annotated[str, Field(max_length=MOST_DESCRIPTION_CHARACTERS)] = ""
    enabled: bool = Field(
        default=True, description="False pauses. True enables, also one that was disabled since nothing arrived"
    )
    event_types: Annotated[list[EventType], Field(min_length=1, max_length=MOST_EVENT_TYPES)] = Field(
        default_factory=lambda: ["*"], description="Types, groups (`conversation.*`) or all (`*`)"
    )
    filters: FilterBody = Field(default_factory=FilterBody)
    expression: Annotated[str, Field(max_length=MOST_CHARACTERS)] | None = Field(
        default=None, description="CEL over the fields of an event; what cannot be evaluated does not match"
    )
    fields: Annotated[list[FieldPath], Field(max_length=MOST_FIELDS)] | None = Field(
        default=None, description="What of an event is sent, as paths (`data.message.text`); null: all"
    )
    template: Any = Field(
        default=None,
        description='JSON that is sent instead; `{{ data.message.text | "default" }}` in its texts is replaced',
    )
    headers: Annotated[dict[str, str], Field(max_length=MOST_HEADERS)] = Field(
        default_factory=dict, description="Sent with every request; they are shown to whoever may see the webhook"
    )
    auth: AuthBody = Field(default_factory=AuthBody)
    rate_limit_per_second: Annotated[float, Field(ge=LEAST_PER_SECOND, le=MOST_PER_SECOND)] | None = Field(
        default=None, description="Attempts per second at most; null: no limit"
    )
    ordered: bool = Field(
        default=False, description="One request at a time per conversation, in the order of its events"
    )
    concurrency: Annotated[int, Field(ge=1, le=MOST_CONCURRENCY)] = Field(
        default=20, description="Requests at the same time"
    )
    retry_seconds: Annotated[list[Pause], Field(max_length=MOST_RETRIES)] = Field(
        default_factory=lambda: list(RETRY_SECONDS), description="The pauses before each further attempt"
    )
    disable_after_hours: Annotated[int, Field(ge=1, le=MOST_DISABLE_AFTER_HOURS)] = Field(
        default=120, description="Hours without one success after which it is disabled"
    )
    while_paused: WhilePaused = Field(
        default="keep", description="Whether events of a paused webhook are kept, up to 100,000, or skipped"
    )


def _optional(info: FieldInfo) -> tuple[Any, Any]:
    kind = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return kind, Field(default=None, description=info.description)


_EDITED: dict[str, Any] = {name: _optional(info) for name, info in EndpointBody.model_fields.items()}


class _EditBase(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"enabled": False}, {"url": "https://crm.example.com/v2"}]}
    )


EndpointEdit = create_model(
    "EndpointEdit",
    __base__=_EditBase,
    __doc__="The fields to change; absent ones stay. Of `auth`, absent credentials stay too.",
    **_EDITED,
)


class PreviewBody(EndpointBody):
    """A webhook that is not saved, tried on what has happened. `url` may be absent."""

    url: Annotated[str, StringConstraints(max_length=MOST_URL_CHARACTERS)] = ""
    event_type: EventType | None = Field(default=None, description="Show an event of this type as the example")
