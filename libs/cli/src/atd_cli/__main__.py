"""`atd` and `python -m atd_cli`."""

import sys

import typer

from atd_cli.dead_letters import commands as dead_letters
from atd_cli.doctor.commands import doctor
from atd_cli.keys import commands as keys
from atd_cli.output import CommandFailed
from atd_cli.topics import commands as topics
from atd_cli.unparsed import commands as unparsed

app = typer.Typer(
    name="atd",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="The operators' command of Atendimento. Settings come from the same environment variables as the services'.",
)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(unparsed.app, name="unparsed")
app.add_typer(keys.app, name="keys")
app.command()(doctor)


def main() -> None:
    """Run the command; an expected failure is one line on stderr and status 1."""
    try:
        app()
    except CommandFailed as error:
        print(f"atd: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
