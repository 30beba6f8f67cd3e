"""What `atd doctor` looks at. No check raises: what goes wrong is what it found."""

import asyncio
import shutil
from pathlib import Path

import httpx

from atd_cli.doctor_kafka import examine_kafka
from atd_cli.doctor_mongodb import examine_mongodb
from atd_cli.findings import Finding, bad, disk, good
from atd_cli.operator_identity import KEY_VARIABLE, operator_key
from atd_cli.output import CommandFailed
from atd_cli.settings import CliSettings
from atd_schemas.services import SERVICES, Service

_TIMEOUT_SECONDS = 5.0


async def examine(settings: CliSettings) -> list[Finding]:
    """Everything, in the order in which to repair it."""
    kafka, mongodb, services = await asyncio.gather(
        examine_kafka(settings.kafka_bootstrap_servers),
        examine_mongodb(settings.mongodb_url.get_secret_value()),
        _services(settings),
    )
    usage = shutil.disk_usage(Path.cwd())
    return [_operator_key(settings), *kafka, *mongodb, disk("This disk", usage.free, usage.total), *services]


def _operator_key(settings: CliSettings) -> Finding:
    try:
        key = operator_key(settings)
    except CommandFailed as error:
        return bad(KEY_VARIABLE, str(error), "Make a new pair: `atd keys new operator`.")
    return good(KEY_VARIABLE, f"is well formed; its public key is {key.public.text}")


async def _services(settings: CliSettings) -> list[Finding]:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        urls = settings.service_urls()
        asked = [_service(http, service, urls[service.name]) for service in SERVICES]
        return list(await asyncio.gather(*asked))


async def _service(http: httpx.AsyncClient, service: Service, url: str) -> Finding:
    name = service.name
    try:
        answer = await http.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return bad(
            name, f"does not answer at {url} ({type(error).__name__})", f"Start it, or correct {service.url_variable}."
        )
    if answer.status_code == httpx.codes.OK:
        return good(name, f"ready at {url}")
    return bad(name, f"not ready: {_problems(answer)}", "See the lines above, and the service's log.")


def _problems(answer: httpx.Response) -> str:
    try:
        problems = answer.json()["problems"]
        return "; ".join(f"{part}: {why}" for part, why in problems.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status {answer.status_code}"
