"""`atd dead-letters`: records that a consumer could not handle."""

import base64
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atd_cli.output import (
    CommandFailed,
    console,
    format_time,
    mark,
    print_fields,
    print_json,
    print_table,
    printable,
    read_settings,
    run,
)

if TYPE_CHECKING:
    from atd_cli.dead_letters.records import Found

app = typer.Typer(no_args_is_help=True, help="List, show and re-drive the records that a consumer could not handle.")

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
OriginTopic = Annotated[str | None, typer.Option("--topic", help="Only records that came from this topic.")]


@app.command("list")
def list_(
    *,
    service: Annotated[str | None, typer.Option(help="Only what this service set aside.")] = None,
    topic: OriginTopic = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    redriven: Annotated[bool, typer.Option("--redriven", help="Also those that were re-driven already.")] = False,
    as_json: Json = False,
) -> None:
    """List the newest first; without --redriven, only those that are still open."""
    from atd_cli.dead_letters.records import find  # noqa: PLC0415 - a command pays only for what it uses

    servers = read_settings().kafka_connection()
    found = run(find(servers, _services(service), origin_topic=topic, include_closed=redriven, limit=limit))
    if as_json:
        print_json([_row(entry) for entry in found])
        return
    if not found:
        console().print(mark(good=True), "no dead letter" if redriven else "no open dead letter")
        return
    rows = [
        (
            entry.id,
            format_time(entry.at),
            entry.summary.service,
            entry.summary.origin,
            printable(f"{entry.summary.error}: {entry.summary.detail}"),
            "open" if entry.open else "re-driven",
        )
        for entry in found
    ]
    print_table(("id", "time (UTC)", "service", "origin", "reason", "state"), rows)
    if len(found) == limit:
        console().print(f"These are the newest {limit}; there may be more (--limit).")


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    value: Annotated[
        bool, typer.Option("--value", help="Also the record and its key, which can hold personal data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show where a record came from and why it was set aside; with --value also the record itself."""
    from atd_cli.dead_letters.records import show as find_one  # noqa: PLC0415 - a command pays only for what it uses

    entry, letter = run(find_one(read_settings().kafka_connection(), letter_id))
    raw = base64.b64decode(letter.data.value)
    fields: dict[str, Any] = {
        **_row(entry),
        "headers": dict(letter.data.headers),
        "size": len(raw),
    }
    if value:
        key = letter.data.key
        fields["key"] = base64.b64decode(key).decode(errors="replace") if key is not None else None
        fields["value"] = raw.decode(errors="replace")
        fields["value_base64"] = letter.data.value
    if as_json:
        print_json(fields)
    else:
        print_fields({name: found for name, found in fields.items() if name != "value_base64"})


@app.command()
def redrive(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every open one of --topic, the oldest first.")] = False,
    topic: OriginTopic = None,
    as_json: Json = False,
) -> None:
    """Publish records again where they came from, byte for byte, and mark them as re-driven.

    Every group that reads the topic gets them again, after what has come since. Effects happen once all the same:
    a record that was handled in the meantime changes nothing.
    """
    from atd_cli.dead_letters.records import redrive_ids, redrive_topic  # noqa: PLC0415 - as above

    servers = read_settings().kafka_connection()
    if every and topic and not ids:
        done = run(redrive_topic(servers, topic))
    elif ids and not every and not topic:
        done = run(redrive_ids(servers, ids))
    else:
        raise CommandFailed("Give either the ids to re-drive, or --all together with --topic.")
    if as_json:
        print_json([{"id": one.id, "topic": one.topic} for one in done])
        return
    for one in done:
        console().print(mark(good=True), f"{one.id} published to {one.topic}")
    if not done:
        console().print(mark(good=True), f"no open dead letter of {topic}")


def _services(service: str | None) -> tuple[str, ...]:
    from atd_schemas.topics import CONSUMING_SERVICES  # noqa: PLC0415 - a command pays only for what it uses

    if service is None:
        return CONSUMING_SERVICES
    if service not in CONSUMING_SERVICES:
        raise CommandFailed(f"There is no consuming service {service!r}; there are {', '.join(CONSUMING_SERVICES)}.")
    return (service,)


def _row(entry: "Found") -> dict[str, Any]:
    return {
        "id": entry.id,
        "state": "open" if entry.open else "redriven",
        "time": format_time(entry.at),
        "topic": entry.topic,
        "partition": entry.partition,
        "offset": entry.offset,
        "service": entry.summary.service,
        "group": entry.summary.group,
        "origin": entry.summary.origin,
        "error": entry.summary.error,
        "detail": entry.summary.detail,
    }
