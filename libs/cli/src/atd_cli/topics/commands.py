"""`atd topics`: the topics of the registry, on the cluster."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atd_cli.output import console, mark, print_json, print_table
from atd_cli.running import read_settings, run

if TYPE_CHECKING:
    from atd_cli.topic_plan import Verdict

app = typer.Typer(no_args_is_help=True, help="Create and check the topics that the registry lists.")

Replication = Annotated[
    int | None, typer.Option(min=1, help="Copies of each partition; default: 3, or one per broker if there are fewer.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for a broker that does not answer yet.")]


@app.command()
def check(*, replication: Replication = None, as_json: Json = False, wait: Wait = 0.0) -> None:
    """Compare the cluster's topics with the registry; exit status 1 when they differ."""
    from atd_cli.topic_work import look  # noqa: PLC0415 - a command pays only for what it uses

    verdicts = run(look(read_settings().kafka_bootstrap_servers, replication, wait))
    _report(verdicts, as_json=as_json)
    if not all(verdict.good for verdict in verdicts):
        if not as_json:
            console().print(_advice(verdicts))
        raise typer.Exit(1)


@app.command()
def create(
    *,
    replication: Replication = None,
    fix: Annotated[bool, typer.Option("--fix", help="Also change settings that differ from the registry.")] = False,
    as_json: Json = False,
    wait: Wait = 0.0,
) -> None:
    """Create the topics that are missing; settings of existing ones change with --fix only.

    Exit status 0 when every topic is there, whatever its settings (`atd topics check` is strict about those).
    """
    from atd_cli.topic_work import establish  # noqa: PLC0415 - a command pays only for what it uses

    done = run(establish(read_settings().kafka_bootstrap_servers, replication, wait, fix=fix))
    if as_json:
        print_json({"created": done.created, "changed": done.changed, "topics": [_row(v) for v in done.verdicts]})
    else:
        for name in done.created:
            console().print(mark(good=True), f"created {name}")
        for name in done.changed:
            console().print(mark(good=True), f"changed {name}")
        if not done.created and not done.changed:
            console().print(mark(good=True), f"all {len(done.verdicts)} topics are there")
        different = [verdict for verdict in done.verdicts if not verdict.good]
        for verdict in different:
            console().print(mark(good=False), f"{verdict.wanted.name}: {verdict.words()}")
        if different:
            console().print(_advice(different))
    if any(verdict.found is None for verdict in done.verdicts):
        raise typer.Exit(1)


def _report(verdicts: "Sequence[Verdict]", *, as_json: bool) -> None:
    if as_json:
        print_json({"topics": [_row(verdict) for verdict in verdicts]})
        return
    rows = [
        (
            mark(good=verdict.good),
            verdict.wanted.name,
            verdict.found.partitions if verdict.found else "-",
            verdict.found.replication if verdict.found else "-",
            verdict.words() or "as the registry says",
        )
        for verdict in verdicts
    ]
    print_table(("", "topic", "partitions", "copies", "state"), rows)


def _row(verdict: "Verdict") -> dict[str, Any]:
    found = verdict.found
    return {
        "name": verdict.wanted.name,
        "good": verdict.good,
        "exists": found is not None,
        "partitions": found.partitions if found else None,
        "replication": found.replication if found else None,
        "config": {name: {"found": had, "wanted": should} for name, (had, should) in verdict.config.items()},
        "problems": list(verdict.problems),
    }


def _advice(verdicts: "Sequence[Verdict]") -> str:
    advice: list[str] = []
    if any(verdict.found is None for verdict in verdicts):
        advice.append("`atd topics create` creates what is missing.")
    if any(verdict.config for verdict in verdicts):
        advice.append("`atd topics create --fix` sets the settings of the registry.")
    if any(verdict.problems for verdict in verdicts):
        advice.append(
            "Partitions and copies are not changed by this command: more partitions move keys to other partitions, "
            "so stop the producers and let the consumers catch up, then use Kafka's own kafka-topics.sh and "
            "kafka-reassign-partitions.sh."
        )
    return "\n".join(advice)
