"""`atd unparsed`: authentic webhook bodies of which something was not understood."""

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
    from atd_cli.settings import CliSettings
    from atd_cli.unparsed.bodies import Found, Redriven

app = typer.Typer(no_args_is_help=True, help="List, show and re-drive the webhook bodies that were not understood.")

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Account = Annotated[str | None, typer.Option(help="Only bodies of this channel account.")]


@app.command("list")
def list_(
    *,
    account: Account = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    redriven: Annotated[bool, typer.Option("--redriven", help="Also those that were re-driven already.")] = False,
    as_json: Json = False,
) -> None:
    """List the newest first; without --redriven, only those that are still open."""
    from atd_cli.unparsed.bodies import find  # noqa: PLC0415 - a command pays only for what it uses

    servers = read_settings().kafka_connection()
    found = run(find(servers, account_id=account, include_closed=redriven, limit=limit))
    if as_json:
        print_json([_row(entry) for entry in found])
        return
    if not found:
        console().print(mark(good=True), "no unparsed body" if redriven else "no open unparsed body")
        return
    rows = [
        (
            entry.id,
            format_time(entry.at),
            entry.summary.channel,
            entry.summary.account_id or "-",
            _first(entry.summary.problems),
            "open" if entry.open else "re-driven",
        )
        for entry in found
    ]
    print_table(("id", "time (UTC)", "channel", "account", "not understood", "state"), rows)
    if len(found) == limit:
        console().print(f"These are the newest {limit}; there may be more (--limit).")


@app.command()
def show(
    unparsed_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    value: Annotated[bool, typer.Option("--value", help="Also the body, which can hold personal data.")] = False,
    as_json: Json = False,
) -> None:
    """Show what of a body was not understood; with --value also the body itself."""
    from atd_cli.unparsed.bodies import show as find_one  # noqa: PLC0415 - a command pays only for what it uses

    entry, event = run(find_one(read_settings().kafka_connection(), unparsed_id))
    fields: dict[str, Any] = {**_row(entry), "received_at": format_time(event.data.received_at)}
    if value:
        fields["value"] = base64.b64decode(event.data.body).decode(errors="replace")
        fields["value_base64"] = event.data.body
    if as_json:
        print_json(fields)
    else:
        print_fields({name: found for name, found in fields.items() if name != "value_base64"})


@app.command()
def redrive(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every open one, the oldest first.")] = False,
    account: Account = None,
    as_json: Json = False,
) -> None:
    """Send bodies to their channel service again, which may understand them now.

    Those that are understood whole are marked as re-driven; exit status 1 when one is not. What was understood the
    first time has the same ids again and changes nothing.
    """
    if bool(ids) == every or (ids and account):
        raise CommandFailed("Give either the ids to re-drive, or --all (with --account, of one account).")
    done = run(_redrive(read_settings(), ids or [], account, as_json=as_json))
    if as_json:
        print_json([_outcome(one) for one in done])
    elif not done:
        console().print(mark(good=True), "no open unparsed body")
    if not all(one.closed for one in done):
        raise typer.Exit(1)


async def _redrive(settings: "CliSettings", ids: list[str], account: str | None, *, as_json: bool) -> "list[Redriven]":
    from atd_cli.unparsed.bodies import redrive as redrive_bodies  # noqa: PLC0415 - as above

    done: list[Redriven] = []
    async for one in redrive_bodies(settings, ids, account_id=account):
        done.append(one)
        if not as_json:
            left = f"; still not understood: {_first(one.answer.problems)}" if one.answer.problems else ""
            console().print(mark(good=one.closed), f"{one.id}: {one.answer.published} events published{left}")
    return done


def _outcome(one: "Redriven") -> dict[str, Any]:
    return {
        "id": one.id,
        "closed": one.closed,
        "published": one.answer.published,
        "problems": list(one.answer.problems),
    }


def _first(problems: tuple[str, ...]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return printable(problems[0]) + more if problems else "-"


def _row(entry: "Found") -> dict[str, Any]:
    return {
        "id": entry.id,
        "state": "open" if entry.open else "redriven",
        "time": format_time(entry.at),
        "topic": entry.topic,
        "partition": entry.partition,
        "offset": entry.offset,
        "tenant_id": entry.summary.tenant_id,
        "account_id": entry.summary.account_id,
        "channel": entry.summary.channel,
        "problems": list(entry.summary.problems),
        "size": entry.summary.size,
    }
