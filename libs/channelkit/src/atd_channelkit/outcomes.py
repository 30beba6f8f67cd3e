"""How a failure is written into a ledger row, and read from it. Pure."""

from atd_schemas.inbound import SendFailure
from atd_servicekit import ledger


def failed(failure: str, code: str, detail: str) -> ledger.Failed:
    """The end of a row; class and code are one text."""
    return ledger.Failed(reason(failure, code), detail)


def reason(failure: str, code: str) -> str:
    """`window:131047`: the class of a failure and its code."""
    return f"{failure}:{code}"


def failure_of(finished: ledger.Finished) -> SendFailure:
    """Why a row failed: the class and the code; for an error of our own the class is `unknown`."""
    failure, colon, code = (finished.reason or "unknown").partition(":")
    if not colon:
        failure, code = "unknown", failure
    return SendFailure(code=code or "unknown", reason=failure, detail=finished.detail or "")
