"""How a failure is written into a ledger row, and read from it. Pure."""

from typing import get_args

from atd_channelkit.answers import FailureClass
from atd_schemas.inbound import SendFailure
from atd_servicekit import ledger

_CLASSES = get_args(FailureClass)


def failed(failure: str, code: str, detail: str) -> ledger.Failed:
    """The end of a row; class and code are one text."""
    return ledger.Failed(reason(failure, code), detail)


def reason(failure: str, code: str) -> str:
    """`window:131047`: the class of a failure and its code."""
    return f"{failure}:{code}"


def last_refusal(row: ledger.Row, gate: ledger.Gate | None) -> str | None:
    """The provider's refusal that a row waits for: its account's (`gate`), else its own; `None` if there was none."""
    for why in (None if gate is None else gate.reason, row.reason):
        if why is not None and why.partition(":")[0] in _CLASSES:
            return why
    return None


def failure_of(finished: ledger.Finished) -> SendFailure:
    """Why a row failed: the class and the code; for an error of our own the class is `unknown`."""
    failure, colon, code = (finished.reason or "unknown").partition(":")
    if not colon:
        failure, code = "unknown", failure
    return SendFailure(code=code or "unknown", reason=failure, detail=finished.detail or "")
