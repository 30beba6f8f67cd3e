"""What an attendant reads when something failed: what happened, what it means for the customer, what to do now.

Channel services tell a class and the provider's code, or a word of their own (`SendFailure`); both lead to a stable
word and a sentence in each of the product's languages. What says more than its class has a sentence of its own.
"""

from atd_conversation.domain.sentences.classes import CLASSES, FETCHING
from atd_conversation.domain.sentences.codes import CODES
from atd_conversation.domain.sentences.sentence import FIRST_LANGUAGE, LANGUAGES, Sentence
from atd_conversation.domain.sentences.words import FETCHING_WORDS, SENDING_WORDS
from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

__all__ = [
    "CLASSES",
    "CODES",
    "FETCHING",
    "FETCHING_WORDS",
    "FIRST_LANGUAGE",
    "LANGUAGES",
    "SENDING_WORDS",
    "Sentence",
    "fetching_error",
    "sending_error",
]


def sending_error(failure: SendFailure) -> MessageError:
    """Why a message of ours did not go out."""
    known = SENDING_WORDS.get(failure.code) or CODES.get(failure.code) or CLASSES.get(failure.reason)
    return (known or CLASSES["unknown"]).error(failure)


def fetching_error(failure: SendFailure) -> MessageError:
    """Why a customer's file is not here."""
    known = FETCHING_WORDS.get(failure.code) or FETCHING.get(failure.reason)
    return (known or FETCHING["unknown"]).error(failure)
