"""What the address of a database says of it, without asking it."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def kind_of(url: str) -> str:
    """The kind of database an address names; "" for what is no such address."""
    try:
        return make_url(url).drivername
    except (ArgumentError, ValueError):
        return ""


def is_postgresql(url: str) -> bool:
    """Whether an address names a PostgreSQL that this program can talk to."""
    return kind_of(url) in {"postgresql", "postgresql+psycopg"}


def password_in(url: str) -> str:
    """The password in the address of a database; "" where it has none, and for what is no such address."""
    try:
        return str(make_url(url).password or "") if url else ""
    except (ArgumentError, ValueError):
        return ""
