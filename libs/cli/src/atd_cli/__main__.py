"""`atd` and `python -m atd_cli`."""

import sys

import typer

from atd_cli import dead_letters, topics, unparsed
from atd_cli.doctor import doctor
from atd_cli.output import CommandFailed

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
