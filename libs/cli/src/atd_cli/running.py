"""Running a command's asynchronous part, and turning expected faults into one line."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from pydantic import ValidationError

from atd_cli.output import CommandFailed
from atd_cli.settings import CliSettings

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`. Raises `CommandFailed` when Kafka or MongoDB does not answer."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - a command pays only for what it uses

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would log, we say in words
    try:
        return asyncio.run(work)
    except KafkaError as error:
        raise CommandFailed(f"Kafka: {type(error).__name__}: {error}") from error


def read_settings() -> CliSettings:
    """The settings of the environment. Raises `CommandFailed` naming each variable that is wrong."""
    try:
        return CliSettings()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        lines = [f"  {_variable(fault['loc'])}: {fault['msg']}" for fault in faults]
        raise CommandFailed("The configuration does not work:\n" + "\n".join(lines)) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "?"
    return name if name.isupper() else f"ATD_{name.upper()}"
