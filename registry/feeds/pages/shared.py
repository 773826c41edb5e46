"""What this registry and its records are called where programs read of them."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def host() -> str:
    """The host of this registry, by which what it names is told from what others name."""
    return urlsplit(current_app.config["REGISTRY_BASE_URL"]).hostname or "localhost"


def rests_on(*rows: Any) -> tuple[tuple[str, int], ...]:
    """Records as the ledger names them: kind and number."""
    return tuple((row.__tablename__, row.id) for row in rows)
