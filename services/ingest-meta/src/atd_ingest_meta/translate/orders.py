"""What a customer orders from a shop on Meta."""

from atd_channelkit.webhooks.values import Json, is_blank, number_of
from atd_ingest_meta.ids import meta_id
from atd_ingest_meta.translate.part import Part
from atd_schemas.contents import OrderContent, OrderItem
from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData

ITEMS_LIMIT = 500


def order(part: Part, told: Json, mid: str, contact: InboundContact) -> InboundMessage | None:
    """The products, and what the customer wrote beside them; a problem when there is neither."""
    items = part.objects(told.get("products"), ITEMS_LIMIT, ".order.products")
    words = part.text(told.get("note"), ".order.note")
    text = None if words is None or is_blank(words) else words
    if text is None and not items:
        part.problem("says nothing", ".order")
        return None
    content = OrderContent(
        items=tuple(
            OrderItem(
                sku=part.label(item.get("retailer_id")) or meta_id(item.get("id")) or part.label(item.get("name")),
                quantity=number_of(item.get("quantity")),
                price=number_of(item.get("unit_price")),
                currency=part.label(item.get("currency"), 8),
            )
            for item in items
        )
    )
    data = InboundMessageData(**part.common(mid, contact), kind="order", text=text, content=content)
    return InboundMessage(**part.envelope(mid, "message", contact, by_business=False), data=data)
