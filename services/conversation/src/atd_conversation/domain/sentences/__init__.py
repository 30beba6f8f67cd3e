"""What an attendant reads when something failed: what happened, what it means for the customer, what to do now.

Channel services tell a class and the provider's code (`SendFailure`); both lead to a stable word and a sentence in each
of the product's languages. A code that says more than its class has a sentence of its own.
"""

from atd_conversation.domain.sentences.classes import CLASSES, FETCHING
from atd_conversation.domain.sentences.codes import CODES
from atd_conversation.domain.sentences.sentence import FIRST_LANGUAGE, LANGUAGES, Sentence
from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

__all__ = ["CLASSES", "CODES", "FETCHING", "FIRST_LANGUAGE", "LANGUAGES", "Sentence", "fetching_error", "sending_error"]


def sending_error(failure: SendFailure) -> MessageError:
    """Why a message of ours did not go out."""
    sentence = CODES.get(failure.code) or CLASSES.get(failure.reason) or CLASSES["unknown"]
    return sentence.error(failure)


def fetching_error(failure: SendFailure) -> MessageError:
    """Why a customer's file is not here."""
    return FETCHING.get(failure.reason, FETCHING["unknown"]).error(failure)
