"""What clients are told of a channel is what its rules hold: every limit is reached, and gone over by one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import pytest

from atd_conversation.domain.channels import CHANNEL_RULES, Channels, plain_rules
from atd_conversation.domain.drafts import Composed, Draft, References, TemplateDraft, UploadedFile
from atd_conversation.domain.file_types import WebP
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import ChannelCapabilities, InteractiveType
from atd_schemas.contents import MessageKind
from atd_schemas.views import TemplateView

TOLD = Channels(CHANNEL_RULES, {}).capabilities()
KINDS = get_args(MessageKind)
UPLOAD = {"attachment_id": "f1"}
TEMPLATE = TemplateView(
    name="oi", language="pt_BR", category="UTILITY", status="approved", components=({"type": "BODY", "text": "Oi"},)
)

Tried = tuple[Draft, list[UploadedFile]]


def _file(mime_type: str, size: int = 1, webp: WebP | None = None) -> UploadedFile:
    return UploadedFile(Attachment("f1", "arquivo", mime_type, size, "ready", sha256="00"), webp)


def _sticker(pixels: int = 512, *, animated: bool = False) -> WebP:
    return WebP(pixels, pixels, animated=animated)


def _interactive(kind: str, text: str = "Oi", **content: Any) -> Draft:
    return Draft(kind="interactive", text=text, content={"type": kind, **content})


def _buttons(count: int = 1, *, text: str = "Oi", title: int = 2, id_: int = 2, **more: Any) -> Draft:
    made = [{"id": f"{n:0{id_}}", "title": f"{n:0{title}}"} for n in range(count)]
    return _interactive("buttons", text, buttons=made, **more)


def _list(sections: int = 1, rows: int = 1, *, text: str = "Oi", button: int = 1, **lengths: int) -> Draft:
    title, row_id, row_title = (lengths.get(name, 3) for name in ("title", "row_id", "row_title"))
    made = [
        {
            "title": "t" * title,
            "rows": [
                {
                    "id": f"{section * rows + row:0{row_id}}",
                    "title": "x" * row_title,
                    "description": "d" * lengths.get("description", 1),
                }
                for row in range(rows)
            ],
        }
        for section in range(sections)
    ]
    return _interactive("list", text, button="b" * button, sections=made)


def _link(title: int = 1, url: int = 20, text: str = "Oi") -> Draft:
    return _interactive("link", text, title="x" * title, url="https://".ljust(url, "a"))


def _of_file(told: Mapping[str, Any], field: str, value: int) -> Tried:
    kind, mime_type = told["kind"], told["mime_types"][0]
    moves = field == "animated_max_bytes"
    webp = _sticker(value if field == "pixels" else 512, animated=moves) if kind == "sticker" else None
    return Draft(kind=kind, attachment_ids=("f1",)), [_file(mime_type, 1 if field == "pixels" else value, webp)]


def _captioned(value: int) -> Tried:
    return Draft(kind="image", text="x" * value, attachment_ids=("f1",)), [_file("image/jpeg")]


def _files(value: int) -> Tried:
    return Draft(kind="image", attachment_ids=("f1",) * value), [_file("image/jpeg")] * value


CASES: Mapping[str, Callable[[int], Tried]] = {
    "text.max_length": lambda n: (Draft(text="x" * n), []),
    "caption.max_length": _captioned,
    "files_per_message": _files,
    "interactive.body_max": lambda n: (_buttons(text="x" * n), []),
    "interactive.header_max": lambda n: (_buttons(header="x" * n), []),
    "interactive.footer_max": lambda n: (_buttons(footer="x" * n), []),
    "interactive.buttons.max": lambda n: (_buttons(n), []),
    "interactive.buttons.title_max": lambda n: (_buttons(title=n), []),
    "interactive.buttons.id_max": lambda n: (_buttons(id_=n), []),
    "interactive.list.body_max": lambda n: (_list(text="x" * n), []),
    "interactive.list.button_max": lambda n: (_list(button=n), []),
    "interactive.list.sections_max": lambda n: (_list(sections=n), []),
    "interactive.list.section_title_max": lambda n: (_list(title=n), []),
    "interactive.list.rows_max": lambda n: (_list(rows=n), []),
    "interactive.list.id_max": lambda n: (_list(row_id=n), []),
    "interactive.list.title_max": lambda n: (_list(row_title=n), []),
    "interactive.list.description_max": lambda n: (_list(description=n), []),
    "interactive.link.title_max": lambda n: (_link(title=n), []),
    "interactive.link.url_max": lambda n: (_link(url=n), []),
}
OF_MOMENTS = {
    "reactions.within_seconds",
    "reply_window_seconds",
    "person_window_seconds",
    "edits.within_seconds",
    "deletes.within_seconds",
    "private_replies.within_seconds",
}
"""Told by the moments of messages, not by what they are made of; `test_domain_conversation.py` has them."""

OF_SENDING = {"text.part", "caption.part", "private_replies.text.max_length"}
"""Held where it is sent, or by the deed: a text over its `part` is taken."""


def _numbers(told: Any, place: str = "") -> Iterator[tuple[str, int]]:
    """Every number of a document, by its path."""
    if isinstance(told, Mapping):
        for name, value in told.items():
            yield from _numbers(value, f"{place}.{name}" if place else name)
    elif isinstance(told, list):
        for one in told:
            yield from _numbers(one, f"{place}[{one['kind']}]" if isinstance(one, Mapping) else place)
    elif isinstance(told, int) and not isinstance(told, bool):
        yield place, told


def _case(told: Mapping[str, Any], place: str, value: int) -> Tried:
    if place.startswith("files["):
        kind, _, field = place.removeprefix("files[").partition("].")
        return _of_file(next(one for one in told["files"] if one["kind"] == kind), field, value)
    if place == "voice.max_bytes":
        (mime_type, *_) = told["voice"]["mime_types"]
        return Draft(kind="audio", voice=True, attachment_ids=("f1",)), [_file(mime_type, value)]
    return CASES[place](value)


LIMITS = [
    pytest.param(one, place, value, id=f"{one.kind}-{place}")
    for one in (*TOLD, plain_rules("Toy", text_limit=10).capabilities("app"))
    for place, value in _numbers(one.model_dump(mode="json"))
    if place not in OF_MOMENTS | OF_SENDING and value
]


def _composed(told: ChannelCapabilities, draft: Draft, files: list[UploadedFile]) -> Composed:
    rules = CHANNEL_RULES.get(told.kind) or plain_rules("Toy", text_limit=10)
    return rules.compose(draft, References(files, TEMPLATE))


@pytest.mark.parametrize(("told", "place", "value"), LIMITS)
def test_every_limit_that_is_told_is_the_one_that_is_held(told: ChannelCapabilities, place: str, value: int) -> None:
    document = told.model_dump(mode="json")
    _composed(told, *_case(document, place, value))
    with pytest.raises(Refusal) as refused:
        _composed(told, *_case(document, place, value + 1))
    assert refused.value.code in ("too_long", "too_many", "too_large", "unsupported_type")


@pytest.mark.parametrize("told", TOLD, ids=lambda one: str(one.kind))
def test_the_kinds_of_message_that_are_told_are_those_that_are_taken(told: ChannelCapabilities) -> None:
    def taken(kind: MessageKind) -> bool:
        try:
            _composed(told, Draft(kind=kind), [])
        except Refusal as refusal:
            return refusal.code != "kind_not_supported"
        except (KeyError, LookupError):
            return True  # a content without the fields of its kind is refused before it comes here
        return True

    assert {kind for kind in KINDS if taken(kind)} == set(told.sends)
    assert told.templates is ("template" in told.sends)
    assert (told.interactive is not None) is ("interactive" in told.sends)
    assert {one.kind for one in told.files} == set(told.sends) & {"image", "video", "audio", "document", "sticker"}


@pytest.mark.parametrize("told", TOLD, ids=lambda one: str(one.kind))
def test_every_type_of_file_and_caption_that_is_told_is_taken(told: ChannelCapabilities) -> None:
    for one in told.files:
        for mime_type in one.mime_types:
            files = [_file(mime_type, webp=_sticker())]
            assert _composed(told, Draft(kind=one.kind, attachment_ids=("f1",)), files).kind == one.kind
        files, captioned = (
            [_file(one.mime_types[0], webp=_sticker())],
            Draft(kind=one.kind, text="Veja", attachment_ids=("f1",)),
        )
        if one.caption:
            assert _composed(told, captioned, files).text == "Veja"
        else:
            with pytest.raises(Refusal):
                _composed(told, captioned, files)


@pytest.mark.parametrize("told", [one for one in TOLD if one.interactive], ids=lambda one: str(one.kind))
def test_every_type_of_interactive_message_that_is_told_is_taken(told: ChannelCapabilities) -> None:
    assert told.interactive is not None
    drafts: Mapping[InteractiveType, Draft] = {
        "buttons": _buttons(),
        "list": _list(),
        "link": _link(),
        "ask_location": _interactive("ask_location"),
        "ask_phone": _interactive("ask_phone"),
    }
    for of_type, draft in drafts.items():
        if of_type in told.interactive.types:
            assert _composed(told, draft, []).kind == "interactive"
        else:
            with pytest.raises(Refusal):
                _composed(told, draft, [])
    types = {one.kind: one.mime_types[0] for one in told.files}
    for file_kind, mime_type in types.items():
        draft, files = _buttons(header=UPLOAD), [_file(mime_type, webp=_sticker())]
        if file_kind in told.interactive.header_files:
            _composed(told, draft, files)
        else:
            with pytest.raises(Refusal):
                _composed(told, draft, files)


def test_a_plain_channel_says_that_it_takes_texts_alone() -> None:
    told = plain_rules("Toy", text_limit=10).capabilities("app")
    assert (told.kind, told.name, told.sends, told.text.max_length) == ("app", "Toy", ("text",), 10)
    assert (told.caption, told.files, told.files_per_message, told.voice, told.interactive) == (None, (), 0, None, None)
    assert (told.templates, told.reactions, told.reply_window_seconds) == (False, None, None)
    assert (told.read_marks, told.typing) == (False, False)


def test_the_windows_that_are_told_are_those_of_the_rules() -> None:
    for told in TOLD:
        rules = CHANNEL_RULES[told.kind]
        window = rules.reply_window
        assert told.reply_window_seconds == (window and window.free.total_seconds())
        assert told.person_window_seconds == (window and window.person and window.person.total_seconds())
        assert told.reactions == rules.reactions


def test_a_template_is_taken_where_templates_are_told() -> None:
    for told in [one for one in TOLD if one.templates]:
        draft = Draft(kind="template", template=TemplateDraft("oi", "pt_BR"))
        assert _composed(told, draft, []).kind == "template"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/channels/capabilities", "/capabilities"])
async def test_capabilities_are_read_with_an_etag_and_not_again(desk: Any, path: str) -> None:
    answer = await desk.ask("GET", path)
    assert [ChannelCapabilities.model_validate(one) for one in answer.json()["items"]] == list(TOLD)
    notes = answer.json()["notes"]
    assert (notes["text"]["max_length"], notes["files_per_message"]) == (10_000, 10)
    again = await desk.ask("GET", path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
