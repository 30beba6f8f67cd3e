"""Reading a kept webhook body again, by the same translation as when it came."""

from datetime import datetime

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.body import MalformedBodyError, UnreadableBodyError, decode, named_in
from atd_ingest_whatsapp.directory import AccountDirectory
from atd_ingest_whatsapp.translate import Proven, Translation, translate
from atd_ingest_whatsapp.webhook import Intake, businesses_of
from atd_servicekit.clock import Clock
from atd_servicekit.problems import conflict, not_found
from atd_servicekit.tracing import current_traceparent


class Redriver:
    """Publishes what a kept body says today.

    The signature is not kept, so the proof is carried by the account whose secret held when the body came: a part of
    another number is taken when its account shares an app secret with that one.
    """

    def __init__(self, directory: AccountDirectory, intake: Intake, clock: Clock) -> None:
        self._directory = directory
        self._intake = intake
        self._clock = clock

    async def redrive(self, account_id: str | None, raw: bytes, received_at: datetime) -> Translation:
        """Publish the events of the body, which came at `received_at`.

        Raises `Problem` 404 when its account is gone, 409 when it is not JSON.
        """
        account = await self._directory.find(account_id) if account_id else None
        if account is None:
            raise not_found("The channel account that the body came to is not connected any more.")
        try:
            payload = decode(raw)
        except UnreadableBodyError as error:
            return Translation((), (f"body: {error}",))
        except MalformedBodyError as error:
            raise conflict(f"The body is not JSON: {error}.") from None
        named = named_in(payload)
        found = await self._directory.find_numbers(named.phone_number_ids)
        proven = Proven(
            {number: one for number, one in found.items() if self._proven(one, account)},
            businesses_of(named, self._directory, (account,), lambda one: self._proven(one, account)),
        )
        translation = translate(payload, proven, self._clock.now(), received_at)
        await self._intake.take(translation, traceparent=current_traceparent())
        return translation

    def _proven(self, one: Account, by: Account) -> bool:
        return one.id == by.id or one.proven_by(frozenset(by.app_secrets(self._clock.now())), self._clock.now())
