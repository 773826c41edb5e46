"""The register as of a day: its database, and the clock held at the moment that day ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from sqlmodel import Session

from registry.kernel import clock
from registry.store.past.keeping import Pasts
from registry.store.past.recipe import PastUnknown


def ended(day: date) -> datetime:
    """The last microsecond of a day in UTC: the moment its pages are shown as of."""
    return datetime.combine(day, time.max, UTC)


def board_of(day: date) -> str:
    """The name under which it is noted how far a day has been laid out (store.progress.Board)."""
    return f"past-{day.isoformat()}"


@contextmanager
def as_of(pasts: Pasts, day: date, *, at_once: bool = False) -> Iterator[Session]:
    """A session that reads the register as it stood when the day ended, with the clock held there.

    `at_once`: for somebody who waits at a page. Raises PastUnknown for a day that is not over, and for one by the end of
    which nothing was recorded; PastRefused, and what Pasts.at raises.
    """
    if day >= clock.today():
        raise PastUnknown("That day is not over. The register can be seen as of any day before today.")
    with pasts.reading(day, at_once=at_once) as session, clock.frozen(ended(day)):
        yield session
