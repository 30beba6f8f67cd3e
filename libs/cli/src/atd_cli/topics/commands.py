"""`atd topics`: the topics of the registry, on the cluster."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atd_cli.output import console, mark, print_json, print_table, read_settings, run

if TYPE_CHECKING:
    from atd_cli.topics.comparison import TopicComparison

app = typer.Typer(no_args_is_help=True, help="Create and check the topics that the registry lists.")

Replication = Annotated[
    int | None, typer.Option(min=1, help="Copies of each partition; default: 3, or one per broker if there are fewer.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for a broker that does not answer yet.")]


@app.command()
def check(*, replication: Replication = None, as_json: Json = False, wait: Wait = 0.0) -> None:
    """Compare the cluster's topics with the registry; exit status 1 when they differ."""
    from atd_cli.topics.comparison import compare_with_cluster  # noqa: PLC0415 - a command pays only for what it uses

    comparisons = run(compare_with_cluster(read_settings().kafka_connection(), replication, wait))
    _report(comparisons, as_json=as_json)
    if not all(comparison.good for comparison in comparisons):
        if not as_json:
            console().print(_advice(comparisons))
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
    from atd_cli.topics.comparison import create_topics  # noqa: PLC0415 - a command pays only for what it uses

    done = run(create_topics(read_settings().kafka_connection(), replication, wait, fix=fix))
    if as_json:
        print_json({"created": done.created, "changed": done.changed, "topics": [_row(v) for v in done.comparisons]})
    else:
        for name in done.created:
            console().print(mark(good=True), f"created {name}")
        for name in done.changed:
            console().print(mark(good=True), f"changed {name}")
        if not done.created and not done.changed:
            console().print(mark(good=True), f"all {len(done.comparisons)} topics are there")
        different = [comparison for comparison in done.comparisons if not comparison.good]
        for comparison in different:
            console().print(mark(good=False), f"{comparison.wanted.name}: {comparison.summary()}")
        if different:
            console().print(_advice(different))
    if any(comparison.found is None for comparison in done.comparisons):
        raise typer.Exit(1)


def _report(comparisons: "Sequence[TopicComparison]", *, as_json: bool) -> None:
    if as_json:
        print_json({"topics": [_row(comparison) for comparison in comparisons]})
        return
    rows = [
        (
            mark(good=comparison.good),
            comparison.wanted.name,
            comparison.found.partitions if comparison.found else "-",
            comparison.found.replication if comparison.found else "-",
            comparison.summary() or "as the registry says",
        )
        for comparison in comparisons
    ]
    print_table(("", "topic", "partitions", "copies", "state"), rows)


def _row(comparison: "TopicComparison") -> dict[str, Any]:
    found = comparison.found
    return {
        "name": comparison.wanted.name,
        "good": comparison.good,
        "exists": found is not None,
        "partitions": found.partitions if found else None,
        "replication": found.replication if found else None,
        "config": {name: {"found": had, "wanted": should} for name, (had, should) in comparison.config.items()},
        "problems": list(comparison.problems),
    }


def _advice(comparisons: "Sequence[TopicComparison]") -> str:
    advice: list[str] = []
    if any(comparison.found is None for comparison in comparisons):
        advice.append("`atd topics create` creates what is missing.")
    if any(comparison.config for comparison in comparisons):
        advice.append("`atd topics create --fix` sets the settings of the registry.")
    if any(comparison.problems for comparison in comparisons):
        advice.append(
            "Partitions and copies are not changed by this command: more partitions move keys to other partitions, "
            "so stop the producers and let the consumers catch up, then use Kafka's own kafka-topics.sh and "
            "kafka-reassign-partitions.sh."
        )
    return "\n".join(advice)
