"""The conversation that a request is about."""

from fastapi import HTTPException
from pydantic import BaseModel

from atd_channel_sandbox.model import Company, Customer
from atd_channel_sandbox.state import SandboxState


class ConversationKey(BaseModel):
    """A conversation: the id of the company's number and the key of the customer."""

    company: str
    customer: str


def conversation_of(state: SandboxState, key: ConversationKey) -> tuple[Company, Customer]:
    """The company and the customer of a conversation.

    Raises:
        HTTPException: 404, one of them is unknown.
    """
    company = state.directory.companies.get(key.company)
    customer = state.directory.customers.get(key.customer)
    if company is None or customer is None:
        raise HTTPException(404, "conversation not found")
    return company, customer
