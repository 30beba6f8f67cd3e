"""How the network and the phones behave: delays, duplicates, disorder, the next error, phones off, windows over."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from atd_channel_sandbox.api.conversation_key import ConversationKey, conversation_of
from atd_channel_sandbox.model import Customer, Switches
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.state import SandboxState
from atd_testing import providers
from atd_testing.whatsapp.state import Behaviour, CallKind, FakeState

BATCH_SIZE, BATCH_WAIT_MS = 20, 1500


class PhoneState(BaseModel):
    """Changes of a phone; what is absent stays as it is."""

    online: bool | None = None
    hides_phone: bool | None = None


class WindowState(ConversationKey):
    """Whether the 24 hours of a conversation are over."""

    closed: bool


class BlockState(ConversationKey):
    """Whether the customer has blocked the company."""

    blocked: bool


class NextError(BaseModel):
    """The next call of this kind answers this error of Meta's."""

    code: int
    on: CallKind = "send"


def add_network(router: APIRouter, state: SandboxState, phones: Phones) -> None:
    """`PUT /api/switches`, `/api/customers/{key}`, `/api/windows`, `/api/blocks`, `POST /api/next-error`."""

    @router.put("/api/switches")
    async def set_switches(switches: Switches) -> Switches:
        """Set how the network behaves."""
        apply_switches(state.graph, switches)
        state.events.publish("switches", switches)
        return switches

    @router.post("/api/next-error", status_code=204)
    async def fail_next(error: NextError) -> None:
        """Answer the next call with an error; it goes before the delay."""
        state.graph.behaviours.insert(0, Behaviour(kind="error", on=error.on, code=error.code))

    @router.put("/api/customers/{key}")
    async def set_customer(key: str, changes: PhoneState) -> Customer:
        """Switch a phone on or off; hide its number."""
        if key not in state.directory.customers:
            raise HTTPException(404, "customer not found")
        return phones.set_customer(key, **changes.model_dump(exclude_none=True))

    @router.put("/api/blocks", status_code=204)
    async def set_block(block: BlockState) -> None:
        """Block the company, or take it back."""
        company, customer = conversation_of(state, block)
        phones.set_blocked((company.id, customer.key), blocked=block.blocked)

    @router.put("/api/windows", status_code=204)
    async def set_window(window: WindowState) -> None:
        """Let the 24 hours of a conversation be over."""
        company, customer = conversation_of(state, window)
        phones.set_window((company.id, customer.key), closed=window.closed)


def apply_switches(graph: FakeState, switches: Switches) -> None:
    """Make the fake Graph API behave as the switches say; other scripted faults stay."""
    others = [one for one in graph.behaviours if not _is_delay_for_all(one)]
    delay = Behaviour(kind="delay", delay_ms=switches.answer_delay_ms, times=None)
    graph.behaviours[:] = [*others, delay] if switches.answer_delay_ms else others
    in_batches = switches.batches or switches.shuffle
    graph.webhooks = graph.webhooks.model_copy(
        update={
            "receipt_delay_ms": switches.receipt_delay_ms,
            "duplicates": int(switches.duplicates),
            "shuffle": switches.shuffle,
            "batch_size": BATCH_SIZE if in_batches else 1,
            "batch_wait_ms": BATCH_WAIT_MS if in_batches else 0,
        }
    )


def switches_of(graph: FakeState) -> Switches:
    """The switches, as the fake Graph API behaves now."""
    return Switches(
        answer_delay_ms=next((one.delay_ms for one in graph.behaviours if _is_delay_for_all(one)), 0),
        receipt_delay_ms=graph.webhooks.receipt_delay_ms,
        duplicates=graph.webhooks.duplicates > 0,
        shuffle=graph.webhooks.shuffle,
        batches=graph.webhooks.batch_size > 1 and not graph.webhooks.shuffle,
    )


def _is_delay_for_all(behaviour: providers.Behaviour) -> bool:
    for_all = behaviour.account is None and behaviour.recipient is None
    return behaviour.kind == "delay" and behaviour.times is None and for_all
