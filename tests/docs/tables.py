"""Markdown tables from settings classes, metrics and the topic registry."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from atd_channel_sandbox.settings import SandboxSettings
from atd_channelkit.settings import ChannelServiceSettings, is_of_channel
from atd_cli.settings import CliSettings
from atd_gateway.settings import default_url, services_behind
from atd_routing.domain.service_levels.clocks import TARGETS, TRANSITIONS
from atd_schemas.services import SERVICES as LISTED
from atd_schemas.topics import CONSUMING_SERVICES, Topic, dead_letter_topic, registry
from atd_servicekit.connection_settings import ConnectionSettings
from atd_servicekit.files.settings import FileStoreSettings
from atd_servicekit.metrics import Metric
from atd_servicekit.settings import MasterKeySettings, ServiceSettings
from tests.docs.webhook_figures import events_table

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = tuple(ROOT / "docs" / f"{name}.md" for name in ("operations", "architecture", "routing", "webhooks"))


def settings_of(module: str) -> type[ServiceSettings]:
    """The settings class of a service: the one in its module `settings` from which no other there derives."""
    found = [
        one
        for one in vars(import_module(f"{module}.settings")).values()
        if isinstance(one, type) and issubclass(one, ServiceSettings) and one.__module__ == f"{module}.settings"
    ]
    (settings,) = [one for one in found if not any(other is not one and issubclass(other, one) for other in found)]
    return settings


_COMMAND = "the command `atd`"

SERVICES: Mapping[str, type[BaseSettings]] = {
    **{service.name: settings_of(service.module) for service in LISTED},
    "channel-sandbox": SandboxSettings,
    _COMMAND: CliSettings,
}
_OWN = ("port",)
"""Settings of every service whose default is its own."""

_BASES = (MasterKeySettings, FileStoreSettings)
"""Settings that several services have, beside those of every service."""

_DURATIONS = TypeAdapter(timedelta)
_MARKED = re.compile(r"(<!-- table: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings_table() -> str:
    """Every setting: those of all services first, those of several, then each service's own."""
    rows = [
        (f"every service, {_COMMAND}" if name in ConnectionSettings.model_fields else "every service", name, field)
        for name, field in ServiceSettings.model_fields.items()
        if name not in _OWN
    ]
    for base in _BASES:
        owners = ", ".join(name for name, settings in SERVICES.items() if issubclass(settings, base))
        rows += [
            (owners, name, field)
            for name, field in base.model_fields.items()
            if name not in ServiceSettings.model_fields
        ]
    for service, settings in SERVICES.items():
        shared = {
            name
            for base in (ServiceSettings, ConnectionSettings, *_BASES)
            if issubclass(settings, base) and settings is not base
            for name in base.model_fields
        }
        rows += [
            (service, name, field)
            for name, field in settings.model_fields.items()
            if name in _OWN or name not in shared
        ]
    cells: list[tuple[str, ...]] = []
    for owner, name, field in rows:
        if name == "service_urls":
            cells += [
                (f"`{one.url_variable}`", owner, f"`{default_url(one)}`", f"Where the service {one.name} is reached")
                for one in services_behind()
            ]
        else:
            cells.append((_variable(owner, name, field), owner, _default(field), _meaning(field)))
    return _table(("variable", "of", "default", "meaning"), cells)


def all_metrics() -> list[Metric]:
    """The metrics of the kits and of every service: `METRICS` of the module `metrics`, where a package has one."""
    packages = ["atd_servicekit", "atd_channelkit", *(service.module for service in LISTED)]
    modules = [f"{package}.metrics" for package in packages]
    return [metric for name in modules if find_spec(name) is not None for metric in import_module(name).METRICS]


def metrics_table() -> str:
    """Every metric, as Prometheus names it (a counter is exported with `_total`)."""
    cells = [
        (
            f"`atd_{metric.name}{'_total' if metric.kind == 'counter' else ''}`",
            metric.kind,
            metric.unit,
            ", ".join(f"`{label}`" for label in metric.labels),
            metric.meaning,
        )
        for metric in all_metrics()
    ]
    return _table(("metric", "kind", "unit", "labels", "meaning"), cells)


def topics_table() -> str:
    """Every topic: key, who writes and who reads it, partitions and retention."""
    dead = {dead_letter_topic(service).name for service in CONSUMING_SERVICES}
    cells = [_topic(topic) for topic in registry() if topic.name not in dead]
    example = dead_letter_topic("…")
    cells.append(
        (
            "`<service>.dead-letter.v1`",
            example.key,
            f"{', '.join(CONSUMING_SERVICES)}; operator",
            "operator",
            str(example.partitions),
            _kept(example),
        )
    )
    return _table(("topic", "key", "written by", "read by", "partitions", "kept"), cells)


def clocks_table() -> str:
    """Every way of a clock from one state to another, and of which targets."""
    cells = [
        (
            way.before or "",
            way.after,
            way.because,
            "all"
            if len(way.targets) == len(TARGETS)
            else ", ".join(f"`{one}`" for one in TARGETS if one in way.targets),
        )
        for way in TRANSITIONS
    ]
    return _table(("from", "to", "when", "of"), cells)


TABLES = {
    "settings": settings_table,
    "metrics": metrics_table,
    "topics": topics_table,
    "clocks": clocks_table,
    "webhooks": events_table,
}


def rewritten(text: str) -> str:
    """The document with its tables made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}{TABLES[found['name']]()}{found[3]}", text)


def _topic(topic: Topic) -> Sequence[str]:
    return (
        f"`{topic.name}`",
        topic.key,
        ", ".join(topic.producers),
        ", ".join(topic.consumers) or topic.unread_because,
        str(topic.partitions),
        _kept(topic),
    )


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "the last of each key"
    return (
        f"{topic.retention.days} days" if topic.retention.days else f"{topic.retention.total_seconds() / 60:g} minutes"
    )


def _variable(owner: str, name: str, field: FieldInfo) -> str:
    alias, settings = field.validation_alias, SERVICES.get(owner)
    prefix = "ATD_"
    if settings is not None and issubclass(settings, ChannelServiceSettings) and is_of_channel(name):
        prefix = settings.channel_prefix
    return f"`{alias if isinstance(alias, str) else f'{prefix}{name.upper()}'}`"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        return "**required**"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, timedelta):
        return f"`{_DURATIONS.dump_python(value, mode='json')}`"
    return "" if value in (None, "") else f"`{value}`"


def _meaning(field: FieldInfo) -> str:
    meaning = field.description or ""
    return meaning.removesuffix(" (seconds)") if isinstance(field.default, timedelta) else meaning


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
