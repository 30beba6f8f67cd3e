"""`atd doctor`: checks of configuration and connections."""

from typing import Annotated

import typer

from atd_cli.output import console, mark, print_json, read_settings, run


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Check the configuration, Kafka, MongoDB, the services and the disk, and say what to do.

    Exit status 1 when something is wrong.
    """
    from atd_cli.doctor.checks import run_checks  # noqa: PLC0415 - a command pays only for what it uses

    findings = run(run_checks(read_settings()))
    if as_json:
        print_json([{"name": f.name, "good": f.good, "found": f.found, "advice": f.advice} for f in findings])
    else:
        for finding in findings:
            console().print(mark(good=finding.good), f"{finding.name}: {finding.found}")
            if finding.advice:
                console().print(f"  → {finding.advice}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
