"""Files: their types, their sizes and their captions. Whether a voice message has one channel is not checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atd_conversation.domain.channels.composing.texts import check_length
from atd_conversation.domain.drafts import Composed, Draft, References, UploadedFile
from atd_conversation.domain.file_types import WebP
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import ContentLimits, FileKind, FileLimit
from atd_schemas.contents import EMPTY, AudioContent

_FIELD = "attachment_ids"
_MIX = frozenset({"image", "video"})
"""Kinds that can stand in one message; files of other kinds go with their own kind."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """How a channel takes files: `limits` say which, `reasons` why a type that looks familiar is refused."""

    channel: str
    limits: ContentLimits
    reasons: Mapping[str, str] = field(default_factory=dict)

    def compose(self, draft: Draft, references: References) -> Composed:
        """A message that carries files. Their kind is the one asked for, or else the one that takes their type.

        The message has the kind of the first.
        """
        files = references.files
        self._check_count(draft, len(files))
        asked = _asked(draft)
        kinds = [self.check(file, asked, f"{_FIELD}[{at}]", voice=draft.voice) for at, file in enumerate(files)]
        _check_mix(kinds)
        kind = kinds[0]
        return Composed(
            kind=kind,
            text=self._caption(draft.text, kind),
            content=AudioContent(voice=draft.voice) if kind == "audio" else EMPTY,
            attachments=tuple(file.attachment for file in files),
            field_name=_FIELD,
        )

    def check(self, file: UploadedFile, asked: FileKind | None, field_name: str, *, voice: bool = False) -> FileKind:
        """The kind of message that carries the file. Raises `Refusal` `unsupported_type` or `too_large`."""
        mime_type = file.attachment.mime_type
        limits = self.limits.files
        kind = asked or next(
            (one.kind for one in limits if mime_type in one.mime_types and one.kind != "sticker"), None
        )
        taken = self._types(kind, voice=voice)
        if kind is None or mime_type not in taken:
            raise Refusal("unsupported_type", self._unsupported(mime_type, kind, taken, voice=voice), field_name)
        found = self._limit_of(kind)
        if kind == "sticker" and found is not None and found.pixels is not None:
            _check_pixels(file.webp, found.pixels, field_name)
        size, limit = file.attachment.size or 0, self._max_bytes(found, file, voice=voice)
        if size > limit:
            raise Refusal("too_large", f"has {size} bytes; at most {limit} are allowed as {kind}", field_name)
        return kind

    def _check_count(self, draft: Draft, count: int) -> None:
        if not count:
            raise Refusal("invalid", f"is required for a message of kind {draft.kind}", _FIELD)
        most = 1 if draft.voice else self.limits.files_per_message
        if count > most:
            allowed = "one file per message" if most == 1 else f"at most {most} files per message"
            raise Refusal("too_many", f"{self.channel} allows {allowed}; send several messages", _FIELD)

    def _types(self, kind: FileKind | None, *, voice: bool) -> tuple[str, ...]:
        if voice:
            return self.limits.voice.mime_types if self.limits.voice else ()
        found = self._limit_of(kind)
        return found.mime_types if found else ()

    def _unsupported(self, mime_type: str, kind: FileKind | None, taken: tuple[str, ...], *, voice: bool) -> str:
        what = "a voice message" if voice else f"a message of kind {kind}" if kind else f"a message on {self.channel}"
        takes = f"; allowed: {', '.join(taken)}" if taken else ""
        reason = f" ({self.reasons[mime_type]})" if mime_type in self.reasons else ""
        return f"is {mime_type}, which cannot be sent as {what}{takes}{reason}"

    def _caption(self, text: str | None, kind: FileKind) -> str | None:
        if text is None or not text.strip():
            return None
        found, limit = self._limit_of(kind), self.limits.caption
        if found is None or not found.caption or limit is None:
            raise Refusal("invalid", f"cannot be sent with a message of kind {kind}; send it separately", "text")
        check_length(text, limit.max_length, "text", limit.unit)
        return text

    def _limit_of(self, kind: FileKind | None) -> FileLimit | None:
        return next((one for one in self.limits.files if one.kind == kind), None)

    def _max_bytes(self, limit: FileLimit | None, file: UploadedFile, *, voice: bool) -> int:
        if voice and self.limits.voice is not None:
            return self.limits.voice.max_bytes
        if limit is None:
            return 0
        moves = file.webp is not None and file.webp.animated
        return limit.animated_max_bytes if moves and limit.animated_max_bytes is not None else limit.max_bytes


def _asked(draft: Draft) -> FileKind | None:
    if not draft.voice:
        return draft.kind  # type: ignore[return-value]  # the composer calls this for kinds of files alone
    if draft.kind not in (None, "audio"):
        raise Refusal("invalid", "only a message of kind audio can be a voice message", "voice")
    return "audio"


def _check_mix(kinds: Sequence[FileKind]) -> None:
    """Raises `Refusal` `invalid`: which file is sent as what must not depend on those beside it."""
    for at, kind in enumerate(kinds):
        if kind != kinds[0] and not {kind, kinds[0]} <= _MIX:
            detail = f"is sent as {kind} and the first file as {kinds[0]}; send it in another message"
            raise Refusal("invalid", detail, f"{_FIELD}[{at}]")


def _check_pixels(webp: WebP | None, pixels: int, field_name: str) -> None:
    size = (webp.width, webp.height) if webp else None
    if size != (pixels, pixels):
        found = f"has {size[0]} x {size[1]} pixels" if size else "cannot be read"
        detail = f"{found}; a sticker is a WebP image of {pixels} x {pixels}"
        raise Refusal("unsupported_type", detail, field_name)
