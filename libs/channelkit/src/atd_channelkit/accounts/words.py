"""Texts in the product's languages."""

from pydantic import BaseModel, ConfigDict, Field


class LocalizedText(BaseModel):
    """A text in each of the product's languages."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True, frozen=True)

    pt: str = Field(alias="pt-BR")
    en: str
    es: str


def words(pt: str, en: str, es: str) -> LocalizedText:
    """A text in Portuguese, English and Spanish."""
    return LocalizedText(pt=pt, en=en, es=es)
