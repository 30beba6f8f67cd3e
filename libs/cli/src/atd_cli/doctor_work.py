"""What `atd doctor` looks at. No check raises: what goes wrong is what it found."""

import asyncio
import shutil
from pathlib import Path

import httpx

from atd_cli.doctor_kafka import examine_kafka
from atd_cli.doctor_mongodb import examine_mongodb
from atd_cli.findings import Finding, bad, disk, good
from atd_cli.settings import CliSettings
from atd_servicekit.crypto import BadMasterKey, parse_master_key

_TIMEOUT_SECONDS = 5.0
_KEY = "ATD_MASTER_KEY"


async def examine(settings: CliSettings) -> list[Finding]:
    """Everything, in the order in which to repair it."""
    kafka, mongodb, services = await asyncio.gather(
        examine_kafka(settings.kafka_bootstrap_servers),
        examine_mongodb(settings.mongodb_url.get_secret_value()),
        _services(settings),
    )
    usage = shutil.disk_usage(Path.cwd())
    return [_master_key(settings), *kafka, *mongodb, disk("This disk", usage.free, usage.total), *services]


def _master_key(settings: CliSettings) -> Finding:
    if settings.master_key is None:
        return bad(_KEY, "is not set", "Set it to what the services have; a new one: `openssl rand -base64 32`.")
    try:
        keys = parse_master_key(settings.master_key.get_secret_value())
    except BadMasterKey as error:
        return bad(_KEY, str(error), "A good one: `openssl rand -base64 32`.")
    current, *older = keys
    also = f", also decrypts with {', '.join(older)}" if older else ""
    return good(_KEY, f"is well formed; encrypts with {current}{also}")


async def _services(settings: CliSettings) -> list[Finding]:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        asked = [_service(http, name, url) for name, url in settings.service_urls().items()]
        return list(await asyncio.gather(*asked))


async def _service(http: httpx.AsyncClient, name: str, url: str) -> Finding:
    try:
        answer = await http.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        variable = f"ATD_{name.upper().replace('-', '_')}{'_INTERNAL' if name == 'gateway' else ''}_URL"
        return bad(name, f"does not answer at {url} ({type(error).__name__})", f"Start it, or correct {variable}.")
    if answer.status_code == httpx.codes.OK:
        return good(name, f"ready at {url}")
    return bad(name, f"not ready: {_problems(answer)}", "See the lines above, and the service's log.")


def _problems(answer: httpx.Response) -> str:
    try:
        problems = answer.json()["problems"]
        return "; ".join(f"{part}: {why}" for part, why in problems.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status {answer.status_code}"
