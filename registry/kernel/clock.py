"""now() and today(): the only place that asks the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

_frozen: ContextVar[datetime | None] = ContextVar("frozen_instant", default=None)


def now() -> datetime:
    """This instant, aware, in UTC, with microseconds."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """This day in UTC."""
    return now().date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at one aware instant; for tests and for reproducible demonstrations."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def later(days: float = 0, *, hours: float = 0) -> datetime:
    """The instant so many days and hours from now."""
    return now() + timedelta(days=days, hours=hours)


def written(at: datetime) -> str:
    """An instant as the ledger and the card write it: 2026-11-23T03:40:50.123456Z, always 27 characters."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
