"""What can be tapped in Messenger and on Instagram: quick replies, cards and links have the same limits there.

Source: Meta's pages of the Messenger Platform (v25.0). A list is a row of cards.
"""

from atd_schemas.capabilities import ButtonsLimit, InteractiveLimits, LinkLimit, ListLimit, TextUnit


def meta_interactive(body_unit: TextUnit) -> InteractiveLimits:
    """The limits of a channel that counts its texts so."""
    return InteractiveLimits(
        types=("buttons", "list", "link"),
        body_max=640,
        body_unit=body_unit,
        header_max=0,
        footer_max=0,
        buttons=ButtonsLimit(max=13, title_max=20, id_max=1000),
        list=ListLimit(
            body_max=640,
            button_max=20,
            sections_max=1,
            section_title_max=80,
            rows_max=10,
            id_max=1000,
            title_max=80,
            description_max=80,
        ),
        link=LinkLimit(title_max=20, url_max=2000),
    )
