"""Every failure has words in each language, and they say what to do."""

from typing import get_args

import pytest

from atd_channelkit.answers import FailureClass
from atd_conversation.domain.channels import CHANNEL_RULES, UNKNOWN_CHANNEL_TEXTS
from atd_conversation.domain.failure_texts import LANGUAGES, RETRYABLE_CLASSES, ChannelName, FailureText, FailureTexts
from atd_conversation.domain.failure_texts.by_class import SENDING_BY_CLASS
from atd_ingest_meta.failures import class_of as meta_class_of
from atd_ingest_whatsapp.failures import class_of
from atd_schemas.inbound import SendFailure

WHATSAPP = CHANNEL_RULES["whatsapp"].texts
SITE = ChannelName("chat do site", "the website chat", "el chat del sitio")
ALL = [
    pytest.param(text, id=f"{of}-{text.code}")
    for of, texts in (
        *((kind, rules.texts) for kind, rules in CHANNEL_RULES.items()),
        ("web", FailureTexts.of_channel(SITE)),
        ("unknown", UNKNOWN_CHANNEL_TEXTS),
    )
    for text in texts.all()
]
sending_error, fetching_error = WHATSAPP.sending_error, WHATSAPP.fetching_error
IMPORTANT = (
    *("131026", "131047", "131049", "131050", "131056", "131048", "130472", "131030", "131042", "131031"),
    *("131051", "131052", "131053", "132000", "132001", "132012", "132015", "132016", "190", "130429", "80007"),
)


@pytest.mark.proves("whatsapp", "every-code-has-class-every")
def test_every_class_of_failure_has_a_sentence() -> None:
    assert SENDING_BY_CLASS.keys() == set(get_args(FailureClass))


@pytest.mark.proves("whatsapp", "every-code-has-class-every")
@pytest.mark.parametrize("sentence", ALL)
def test_every_sentence_says_what_happened_and_what_to_do_in_each_language(sentence: FailureText) -> None:
    error = sentence.error(SendFailure(code="1", reason="unknown"))
    assert error.texts.keys() == set(LANGUAGES)
    assert len(set(error.texts.values())) == len(LANGUAGES)
    assert error.message == error.texts["pt-BR"]
    assert error.code.isidentifier()
    for text in error.texts.values():
        assert 60 <= len(text) <= 260, text
        assert text.endswith(".")
        assert "  " not in text
        assert "{" not in text
        assert text[0].isupper()


@pytest.mark.parametrize("texts", [FailureTexts.of_channel(SITE), UNKNOWN_CHANNEL_TEXTS])
def test_a_name_with_an_article_is_joined_to_the_word_before_it_in_spanish(texts: FailureTexts) -> None:
    spanish = [text.es for text in texts.all()]
    assert not any(" de el " in f" {text}".lower() or " a el " in f" {text}".lower() for text in spanish)
    assert any(" del c" in text for text in spanish)


@pytest.mark.proves("whatsapp", "every-code-has-class-every")
@pytest.mark.parametrize("code", IMPORTANT)
def test_what_happens_often_is_told_apart(code: str) -> None:
    failure = SendFailure(code=code, reason=class_of(int(code)), detail="words of Meta")
    error = sending_error(failure)
    assert error.code != "unknown_failure"
    assert (error.provider_code, error.detail) == (code, "words of Meta")


@pytest.mark.parametrize("reason", get_args(FailureClass))
def test_a_failure_names_the_channel_that_failed(reason: str) -> None:
    failure = SendFailure(code="1", reason=reason)
    texts = FailureTexts.of_channel(SITE)
    for error in (texts.sending_error(failure), texts.fetching_error(failure)):
        assert {"pt-BR": "chat do site", "en": "website chat", "es": "chat del sitio"}.items() <= {
            language: name for language in LANGUAGES for name in _names(error.texts[language])
        }.items()
        assert "WhatsApp" not in str(error.texts)
    assert "WhatsApp" in sending_error(failure).message


def _names(text: str) -> list[str]:
    return [name for name in ("chat do site", "website chat", "chat del sitio") if name in text]


@pytest.mark.proves("whatsapp", "131047-meta-thinks-otherwise")
def test_outside_the_window_a_template_is_the_way() -> None:
    error = sending_error(SendFailure(code="131047", reason="window"))
    assert error.code == "window_closed"
    assert error.message.startswith("O WhatsApp recusou: fora da janela de 24 h")
    assert error.message.endswith("Envie um modelo.")


@pytest.mark.parametrize("failure", [SendFailure(code="", reason=""), SendFailure(code="999", reason="new")])
def test_what_is_not_known_has_words_too(failure: SendFailure) -> None:
    assert sending_error(failure).code == "unknown_failure"
    assert fetching_error(failure).code == "file_not_fetched"


@pytest.mark.proves("whatsapp", "every-file-says-why-cannot")
@pytest.mark.parametrize("reason", get_args(FailureClass))
def test_a_file_that_cannot_be_had_is_not_told_as_a_message_that_was_not_sent(reason: str) -> None:
    error = fetching_error(SendFailure(code="131052", reason=reason))
    assert "arquivo" in error.message
    assert "não recebeu" not in error.message


@pytest.mark.parametrize(
    ("word", "reason", "code"),
    [
        ("no_proof", "unknown", "send_uncertain"),
        ("timeout", "unknown", "send_uncertain"),
        ("internal_error", "unknown", "internal_error"),
        ("file_missing", "media", "file_missing"),
        ("invalid_content", "request", "not_sendable"),
        ("kind_not_supported", "request", "not_sendable"),
        ("too_long", "request", "not_sendable"),
        ("expired", "transient", "send_expired"),
        ("closed_while_waiting", "window", "window_closed_while_waiting"),
        ("190", "token", "channel_disconnected"),
        ("deleted", "account", "channel_removed"),
        ("disabled", "account", "channel_disabled"),
        ("unreachable", "transient", "provider_unavailable"),
        ("unanswered", "transient", "provider_unavailable"),
        ("upload_unanswered", "transient", "provider_unavailable"),
    ],
)
def test_what_the_channel_service_says_of_a_send_is_not_laid_on_the_provider(word: str, reason: str, code: str) -> None:
    assert sending_error(SendFailure(code=word, reason=reason)).code == code


@pytest.mark.parametrize(
    ("word", "reason", "code"),
    [
        ("foreign_host", "media", "file_address_refused"),
        ("hash_mismatch", "media", "file_damaged"),
        ("too_large", "media", "file_too_large"),
        ("expired", "media", "file_expired"),
        ("deleted", "account", "channel_removed"),
        ("unreachable", "transient", "file_not_fetched"),
        ("internal_error", "unknown", "file_not_fetched"),
        ("timeout", "unknown", "file_not_fetched"),
    ],
)
def test_what_the_channel_service_says_of_a_file_has_words(word: str, reason: str, code: str) -> None:
    error = fetching_error(SendFailure(code=word, reason=reason))
    assert error.code == code
    assert "arquivo" in error.message


@pytest.mark.parametrize("word", ["no_proof", "timeout"])
def test_of_a_send_without_proof_nobody_says_that_the_customer_did_not_get_it(word: str) -> None:
    texts = sending_error(SendFailure(code=word, reason="unknown")).texts
    assert "não recebeu" not in texts["pt-BR"]
    assert "did not get" not in texts["en"]
    assert "no recibió" not in texts["es"]


RETRIED = {
    "131031": True,  # locked: an administrator appeals
    "131048": True,
    "131056": True,
    "131049": True,  # after a day
    "131030": True,  # once the customer is on the list
    "131026": False,
    "131047": False,
    "131050": False,
    "131051": False,
    "131052": True,
    "131053": False,
    "132001": False,
    "132015": False,
    "137000": True,
    "190": True,
}


@pytest.mark.parametrize(("code", "retryable"), RETRIED.items())
def test_trying_again_is_offered_where_it_can_help(code: str, retryable: bool) -> None:
    assert sending_error(SendFailure(code=code, reason=class_of(int(code)))).retryable is retryable


@pytest.mark.parametrize("reason", get_args(FailureClass))
def test_the_class_of_a_failure_decides_whether_trying_again_can_help(reason: str) -> None:
    texts = FailureTexts.of_channel(SITE)
    assert texts.sending_error(SendFailure(code="1", reason=reason)).retryable is (reason in RETRYABLE_CLASSES)
    assert texts.fetching_error(SendFailure(code="1", reason=reason)).retryable
    assert set(get_args(FailureClass)) >= RETRYABLE_CLASSES


@pytest.mark.parametrize(
    ("word", "retryable"),
    [
        ("no_proof", True),
        ("timeout", True),
        ("too_long", False),
        ("file_missing", False),
        ("expired", True),
        ("deleted", False),
        ("disabled", True),
    ],
)
def test_what_a_channel_service_says_decides_before_the_class(word: str, retryable: bool) -> None:
    for reason in ("unknown", "request"):
        assert sending_error(SendFailure(code=word, reason=reason)).retryable is retryable
    assert not fetching_error(SendFailure(code="too_large", reason="unknown")).retryable


TELEGRAM_RETRIED = {
    "group_moved": True,
    "kicked": True,  # once somebody has added the bot again
    "no_rights": True,
    "topic_closed": True,
    "business_connection": True,
    "blocked": False,
    "deactivated": False,
    "not_started": False,
    "chat_not_found": False,
    "chat_deleted": False,
    "voice_forbidden": False,
    "photo_refused": False,
    "text_too_long": False,
    "not_deletable": False,
}
META_RETRIED = {
    "190": True,
    "200/2018108": True,  # once the app is approved
    "368": True,
    "613": True,
    "10/2018278": False,
    "10/2534022": False,
    "551/1545041": False,
    "100/2018001": False,
    "100/2018047": False,
    "2534029": False,
    "10900": False,
    "10902": False,
}


@pytest.mark.parametrize(("code", "retryable"), TELEGRAM_RETRIED.items())
def test_what_telegram_refuses_has_words_of_its_own(code: str, *, retryable: bool) -> None:
    refused = SendFailure(code=code, reason="media" if "photo" in code else "recipient")
    error = CHANNEL_RULES["telegram"].texts.sending_error(refused)
    assert (error.retryable, error.provider_code) == (retryable, code)
    general = CHANNEL_RULES["telegram"].texts.sending_error(refused.model_copy(update={"code": "other"}))
    assert error.message != general.message


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
@pytest.mark.parametrize(("code", "retryable"), META_RETRIED.items())
def test_what_meta_refuses_is_told_by_its_subcode_and_offers_another_try_where_it_helps(
    kind: str, code: str, *, retryable: bool
) -> None:
    main, _, sub = code.partition("/")
    refused = SendFailure(code=code, reason=meta_class_of(int(main), int(sub) if sub else None))
    error = CHANNEL_RULES[kind].texts.sending_error(refused)
    assert error.code != "unknown_failure"
    assert error.retryable is retryable
    assert "WhatsApp" not in error.message


def test_a_private_answer_that_meta_takes_once_says_what_is_left_to_do() -> None:
    texts = CHANNEL_RULES["messenger"].texts
    replied = texts.sending_error(SendFailure(code="10900", reason="recipient"))
    closed = texts.sending_error(SendFailure(code="100/10902", reason="recipient"))
    assert (replied.code, closed.code) == ("already_replied_privately", "not_answerable_privately")
    assert all("em público" in error.texts["pt-BR"] for error in (replied, closed))


def test_a_comment_that_may_have_appeared_is_not_said_to_be_lost() -> None:
    error = CHANNEL_RULES["facebook"].texts.sending_error(SendFailure(code="20/1772107", reason="unknown"))
    assert error.code == "send_uncertain"
    assert "pode ter aparecido" in error.texts["pt-BR"]


@pytest.mark.parametrize("kind", CHANNEL_RULES)
def test_of_a_window_that_has_closed_every_channel_says_who_must_write(kind: str) -> None:
    error = CHANNEL_RULES[kind].texts.sending_error(SendFailure(code="10/2018278", reason="window"))
    assert error.code == "window_closed"
    assert not error.retryable


def test_a_video_over_20_mb_is_told_with_the_limit() -> None:
    error = CHANNEL_RULES["telegram"].texts.fetching_error(SendFailure(code="too_large", reason="media"))
    assert error.code == "file_too_large"
    assert all("20 MB" in text for text in error.texts.values())
    assert not error.retryable
