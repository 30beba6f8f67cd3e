"""What the rules do not allow."""


class Refusal(Exception):
    """A change that the rules do not allow. `code` is stable, `field_name` is the field of the request to correct."""

    def __init__(self, code: str, detail: str, field_name: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field_name = field_name
