"""What systems state and lack, what stands between them and the next stage, how they came to where they are."""

from registry.lifecycle.queries.header import header
from registry.lifecycle.queries.record import standing_of, standings

__all__ = ["header", "standing_of", "standings"]
