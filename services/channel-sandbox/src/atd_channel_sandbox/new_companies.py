"""Companies that a person connects, as at Meta's dashboard: it shows credentials and takes a webhook address."""

import contextlib
import secrets
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from atd_channel_sandbox import samples
from atd_channel_sandbox.model import Company
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.state import SandboxState
from atd_channel_sandbox.storage import write_private
from atd_testing.whatsapp.state import Callback, NumberProfile

MAX_NEW_COMPANIES = 20


class NewCompany(BaseModel):
    """A number that waits to be connected, or was: credentials made at random, and its webhook's address."""

    name: str
    phone: str
    phone_number_id: str
    business_account_id: str
    access_token: str
    app_secret: str
    callback_url: str | None = None
    verify_token: str | None = None


_FILE = TypeAdapter(list[NewCompany])


class TooManyCompanies(Exception):
    """No more can be made."""


class HandshakeFailed(Exception):
    """The address did not answer the challenge: it is wrong, or the verify token is."""


class NewCompanies:
    """Makes companies, connects them, and knows them again after a restart."""

    def __init__(self, state: SandboxState, phones: Phones, directory: Path) -> None:
        """`directory` is where they are kept, in `companies.json`."""
        self._state = state
        self._phones = phones
        self._file = directory / "companies.json"
        self._companies: dict[str, NewCompany] = {}
        with contextlib.suppress(OSError, ValidationError):
            self._companies = {one.phone_number_id: one for one in _FILE.validate_json(self._file.read_bytes())}
        for one in self._companies.values():
            self._show(one)

    def waiting(self) -> NewCompany:
        """The company that waits to be connected; a new one when there is none. Raises `TooManyCompanies`."""
        found = next((one for one in self._companies.values() if one.callback_url is None), None)
        if found is None:
            found = self._new()
            self._companies[found.phone_number_id] = found
            self._save()
            self._show(found)
        return found

    async def connect(self, number_id: str, callback_url: str, verify_token: str) -> Company:
        """Check the address as Meta does, and send webhooks there. Raises `KeyError` or `HandshakeFailed`."""
        company = self._companies[number_id]
        tried = company.model_copy(update={"callback_url": callback_url, "verify_token": verify_token})
        if not await self._state.webhooks.handshake(_callback(tried)):
            raise HandshakeFailed
        self._companies[number_id] = tried
        self._save()
        shown = self._show(tried)
        self._phones.company_connected(shown)
        return shown

    def _new(self) -> NewCompany:
        number = len(self._companies)
        if number >= MAX_NEW_COMPANIES:
            raise TooManyCompanies
        name = samples.NEW_COMPANIES[number % len(samples.NEW_COMPANIES)]
        return NewCompany(
            name=name if number < len(samples.NEW_COMPANIES) else f"{name} {number + 1}",
            phone=str(551140001000 + number),
            phone_number_id=str(10**14 + secrets.randbelow(9 * 10**14)),
            business_account_id=str(10**14 + secrets.randbelow(9 * 10**14)),
            access_token=f"sandbox-{secrets.token_urlsafe(24)}",
            app_secret=secrets.token_hex(16),
        )

    def _show(self, one: NewCompany) -> Company:
        graph, connected = self._state.graph, one.callback_url is not None
        graph.profiles[one.phone_number_id] = NumberProfile(name=one.name, phone=one.phone)
        if connected:
            graph.callbacks[one.phone_number_id] = _callback(one)
        company = Company(id=one.phone_number_id, name=one.name, phone=one.phone, own=True, connected=connected)
        self._state.directory.put_company(company)
        return company

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_private(self._file, _FILE.dump_json(list(self._companies.values()), indent=1))


def _callback(one: NewCompany) -> Callback:
    return Callback(
        callback_url=one.callback_url or "",
        app_secret=one.app_secret,
        verify_token=one.verify_token,
        phone_number_id=one.phone_number_id,
        business_account_id=one.business_account_id,
        display_phone_number=one.phone,
    )
