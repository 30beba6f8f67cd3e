"""The advertisement, link or product that a customer came from."""

from typing import Any

from atd_ingest_meta.ids import meta_id
from atd_ingest_meta.translate.part import Part
from atd_schemas.contents import ProductRef, Referral


def referral_of(part: Part, referral: Any, at: str) -> Referral | None:
    """Where the customer came from, in our words; None when nothing of it can be shown."""
    if referral is None:
        return None
    if not isinstance(referral, dict):
        part.problem("is not an object", at)
        return None
    context = referral.get("ads_context_data")
    advert = context if isinstance(context, dict) else {}
    found = Referral(
        ref=part.label(referral.get("ref")),
        source_url=part.link(referral.get("referer_uri")),
        source_id=meta_id(referral.get("ad_id")) or meta_id(advert.get("post_id")),
        source_type=part.label(referral.get("source")) or part.label(referral.get("type")),
        headline=part.label(advert.get("ad_title")),
        image_url=part.link(advert.get("photo_url")),
        video_url=part.link(advert.get("video_url")),
    )
    return None if found == Referral() else found


def product_of(part: Part, referral: Any) -> ProductRef | None:
    """The product of the shop that a message is about."""
    product = referral.get("product") if isinstance(referral, dict) else None
    sku = part.label(meta_id(product.get("id"))) if isinstance(product, dict) else None
    return None if sku is None else ProductRef(sku=sku)
