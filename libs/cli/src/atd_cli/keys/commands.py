"""`atd keys`: make keys, see which ones services use, and seal credentials again after a change."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from atd_cli.output import console, mark, print_json, print_table, read_settings, run

if TYPE_CHECKING:
    from atd_cli.keys.rotation import Progress, ServiceKeys
    from atd_cli.settings import CliSettings

app = typer.Typer(no_args_is_help=True, help="Make keys, show which ones are in use, and seal credentials again.")

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def new(
    what: Annotated[
        str, typer.Argument(help="`identity`, `operator`, the name of a service (its master key), or `all`.")
    ] = "all",
) -> None:
    """Print new keys as lines for .env. They are kept nowhere else, and the output holds secrets."""
    from atd_cli.keys.making import new_keys  # noqa: PLC0415 - a command pays only for what it uses

    for line in new_keys(what):
        print(line)


@app.command()
def status(*, as_json: Json = False) -> None:
    """Which keys every service uses, by their ids, and how many accounts are sealed with an older key.

    One process of each service answers: after a rolling restart, ask when it is complete. Exit status 1 when a service
    does not answer or accounts are left.
    """
    from atd_cli.keys.rotation import service_keys  # noqa: PLC0415 - a command pays only for what it uses

    found = run(service_keys(read_settings()))
    if as_json:
        print_json([_row(one) for one in found])
    else:
        columns = ("", "service", "identities", "operators", "seals with", "also opens", "to seal again")
        print_table(columns, [_cells(one) for one in found])
    if not all(one.good for one in found):
        raise typer.Exit(1)


@app.command()
def reseal(
    *,
    service: Annotated[str | None, typer.Option(help="Only this one; else every service with credentials.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=1000, help="Accounts in one request.")] = 100,
    as_json: Json = False,
) -> None:
    """Seal stored credentials with the current master key of their service, in batches, until none is left.

    It can be interrupted and repeated at any time. Run it when every process of the service has the new key in front.
    Exit status 1 when accounts are left.
    """
    done = run(_reseal(read_settings(), service, batch, as_json=as_json))
    if as_json:
        print_json([{"service": name, **_counts(progress)} for name, progress in done.items()])
    if not all(progress.complete for progress in done.values()):
        raise typer.Exit(1)


async def _reseal(settings: "CliSettings", service: str | None, batch: int, *, as_json: bool) -> "dict[str, Progress]":
    from atd_cli.keys.rotation import reseal as reseal_batches  # noqa: PLC0415 - a command pays only for what it uses

    done: dict[str, Progress] = {}
    async for name, progress in reseal_batches(settings, service, batch):
        done[name] = progress
        if not as_json:
            going_on = progress.remaining > 0  # no cross: another batch follows
            console().print("…" if going_on else mark(good=progress.complete), f"{name}: {_sentence(progress)}")
    for name, progress in done.items():
        if progress.remaining and not as_json:
            console().print(mark(good=False), f"{name}: {progress.remaining} could not be sealed again; try once more")
    return done


def _sentence(progress: "Progress") -> str:
    unreadable = f", {progress.unreadable} that no configured key opens" if progress.unreadable else ""
    return f"{progress.resealed} sealed again, {progress.remaining} left{unreadable}"


def _counts(progress: "Progress") -> dict[str, int]:
    return {"resealed": progress.resealed, "remaining": progress.remaining, "unreadable": progress.unreadable}


def _cells(found: "ServiceKeys") -> tuple[Any, ...]:
    if found.keys is None:
        return (mark(good=False), found.service, found.problem, "", "", "", "")
    current, *older = found.keys.master or ["-"]
    left = "-" if found.left is None else str(found.left)
    return (
        mark(good=found.good),
        found.service,
        ", ".join(found.keys.identity),
        ", ".join(found.keys.operators),
        current,
        ", ".join(older) or "-",
        left,
    )


def _row(found: "ServiceKeys") -> dict[str, Any]:
    keys = found.keys.model_dump() if found.keys is not None else None
    return {"service": found.service, "keys": keys, "to_seal_again": found.left, "problem": found.problem or None}
