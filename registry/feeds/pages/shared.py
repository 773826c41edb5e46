"""Where pages of this registry lie, as those say who are not at it: whole addresses by the one it is told it has."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, url_for


def whole_url(endpoint: str, **values: Any) -> str:
    """The address of a page with its host."""
    told = urlsplit(current_app.config["REGISTRY_BASE_URL"])
    return f"{told.scheme}://{told.netloc}{url_for(endpoint, **values)}"


def host() -> str:
    """The host of this registry, by which what it names is told from what others name."""
    return urlsplit(current_app.config["REGISTRY_BASE_URL"]).hostname or "localhost"


def rests_on(*rows: Any) -> tuple[tuple[str, int], ...]:
    """Records as the ledger names them: kind and number."""
    return tuple((row.__tablename__, row.id) for row in rows)
