"""Telephone numbers: one spelling for each."""

_BRAZIL = "+55"
_BRAZIL_WITHOUT_NINTH = len("+55AANNNNNNNN")
_MOBILE_FIRST_DIGITS = "6789"


def canonical_phone(e164: str) -> str:
    """One spelling for both spellings of a Brazilian mobile number.

    Numbers registered before the ninth digit appear as 55 + area + 8 digits, the others with a 9 in front of the 8;
    both reach the same person. The canonical form has the 9. A landline (8 digits that begin with 2 to 5) has none.
    """
    if e164.startswith(_BRAZIL) and len(e164) == _BRAZIL_WITHOUT_NINTH and e164[5] in _MOBILE_FIRST_DIGITS:
        return f"{e164[:5]}9{e164[5:]}"
    return e164
