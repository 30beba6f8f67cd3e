"""What the rules do not allow."""

from atd_schemas.refusals import RefusalCode


class Refusal(Exception):
    """A change that the rules do not allow. `field_name` is the field of the request to correct."""

    def __init__(self, code: RefusalCode, detail: str, field_name: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field_name = field_name
