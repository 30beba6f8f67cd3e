"""Values of providers are bounded, and hold nothing that a store refuses."""

import pytest

from atd_channelkit.webhooks import values


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("boleto.pdf", "boleto.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\fotos\\ação.jpg", "ação.jpg"),
        (" a\r\nb\u202e.txt ", "ab.txt"),
        ("..", None),
        ("pasta/", None),
        ("", None),
        (7, None),
        ("n" * 300, "n" * 255),
        ("n" * 300 + ".docx", "n" * 250 + ".docx"),
    ],
)
def test_a_file_keeps_its_name_and_nothing_else(sent: object, kept: str | None) -> None:
    assert values.file_name_of(sent) == kept
