"""One OpenAPI document out of those of all services."""

from atd_gateway.domain.openapi.components import CannotMerge, Document
from atd_gateway.domain.openapi.merge import merge_openapi

__all__ = ["CannotMerge", "Document", "merge_openapi"]
