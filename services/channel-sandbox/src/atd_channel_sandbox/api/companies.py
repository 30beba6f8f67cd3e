"""What Meta's dashboard does for a number that is connected by hand: credentials to copy, a webhook address to save."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, StringConstraints

from atd_channel_sandbox.model import Company
from atd_channel_sandbox.new_companies import HandshakeFailed, NewCompanies, TooManyCompanies


class ShownCredentials(BaseModel):
    """What the dashboard shows, under the names that the public API gives the fields."""

    name: str
    phone: str
    phone_number_id: str
    business_account_id: str
    access_token: str
    app_secret: str


class Webhook(BaseModel):
    """What Atendimento shows when the account is connected."""

    callback_url: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^\s*https?://\S+\s*$", max_length=2000)
    ]
    verify_token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def add_companies(router: APIRouter, companies: NewCompanies) -> None:
    """`POST /api/companies`, `PUT /api/companies/{id}/webhook`."""

    @router.post("/api/companies")
    async def new_company() -> ShownCredentials:
        """The company that waits to be connected; a new one when there is none."""
        try:
            return ShownCredentials.model_validate(companies.waiting().model_dump())
        except TooManyCompanies:
            raise HTTPException(409, "there are too many companies") from None

    @router.put("/api/companies/{number_id}/webhook")
    async def save_webhook(number_id: str, webhook: Webhook) -> Company:
        """Verify and save the address, as Meta does: 400 when it does not answer the challenge."""
        try:
            return await companies.connect(number_id, webhook.callback_url, webhook.verify_token)
        except KeyError:
            raise HTTPException(404, "company not found") from None
        except HandshakeFailed:
            raise HTTPException(400, "the callback URL or verify token could not be validated") from None
