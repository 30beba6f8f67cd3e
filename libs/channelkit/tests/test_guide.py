"""A guide has words for exactly the fields of its models, and says of each what the model takes."""

from typing import Annotated, Literal, get_args

import pytest
from pydantic import Field

from atd_channelkit.accounts.guide import ChannelGuide, FieldWords, connectable
from atd_channelkit.accounts.reasons import reason_texts
from atd_channelkit.accounts.views import ChannelChanges, HeaderSecret, Input, NewChannel
from atd_channelkit.accounts.words import words
from atd_channelkit.answers import FailureClass

SAME = words("um", "one", "uno")


class Credentials(Input):
    handle: Annotated[str, Field(pattern="^[a-z]+$", max_length=9)]
    token: Annotated[HeaderSecret, Field(min_length=1)]
    verify: str | None = None


class CredentialChanges(Input):
    token: HeaderSecret | None = None


class Settings(Input):
    loud: bool = True


class NewToy(NewChannel):
    kind: Literal["app"]
    credentials: Credentials
    settings: Settings = Settings()


class ToyChanges(ChannelChanges):
    credentials: CredentialChanges = CredentialChanges()
    settings: Settings = Settings()


def guide(*names: str) -> ChannelGuide:
    told = [
        FieldWords(name=name, where="settings" if name == "loud" else "credentials", label=SAME, help=SAME)
        for name in names
    ]
    return ChannelGuide(kind="app", name="Toy", new=NewToy, changes=ToyChanges, fields=told)


def test_a_field_says_what_its_model_takes() -> None:
    handle, loud, token, verify = connectable(guide("handle", "loud", "token", "verify")).fields
    assert (handle.where, handle.type, handle.pattern, handle.max_length) == ("credentials", "text", "^[a-z]+$", 9)
    assert (handle.required, handle.secret, handle.changeable) == (True, False, False)
    assert (token.required, token.secret, token.changeable, token.min_length) == (True, True, True, 1)
    assert (verify.required, verify.secret, verify.changeable) == (False, False, False)
    assert (loud.where, loud.type, loud.default, loud.required, loud.changeable) == (
        *("settings", "boolean", True, False, True),
    )


@pytest.mark.parametrize("names", [("handle", "token", "verify"), ("handle", "token", "verify", "loud", "colour")])
def test_a_guide_without_words_for_a_field_or_with_others_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="has words for"):
        connectable(guide(*names))


def test_texts_are_named_by_language() -> None:
    assert connectable(guide("handle", "loud", "token", "verify")).model_dump(mode="json")["fields"][0]["label"] == {
        "pt-BR": "um",
        "en": "one",
        "es": "uno",
    }


@pytest.mark.parametrize("reason", [*get_args(FailureClass), "unreachable"])
def test_every_refusal_of_a_provider_has_words(reason: str) -> None:
    told = reason_texts(reason).model_dump()
    assert told.keys() == {"pt-BR", "en", "es"}
    assert len(set(told.values())) == 3
    assert all(text.endswith(".") for text in told.values())
