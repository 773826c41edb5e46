"""The register as of a day: its database, and the clock held at the moment that day ended."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, time
from functools import partial

from sqlmodel import Session

from registry.kernel import clock
from registry.store.past.keeping import Pasts
from registry.store.past.recipe import NO_PAST, PastRefused, PastUnknown, Recipe
from registry.store.session import Database

log = logging.getLogger("registry.past")

Reads = Callable[[], AbstractContextManager[Session]]
"""Opens a session that only reads."""


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


@contextmanager
def reads_of(live: Database, recipe: Callable[[], Recipe], day: date | None) -> Iterator[Reads]:
    """What opens one session after another on the register, as it is or as it stood when a past day ended.

    The day is laid out by whichever session comes first, where it is not kept: for those who work and for nobody who waits
    at a page. Each session raises what as_of() does.
    """
    if day is None:
        yield partial(live.transaction, read_only=True)
        return
    pasts = Pasts(live, recipe())
    try:
        yield partial(as_of, pasts, day)
    finally:
        pasts.dispose()


def put_plainly(refused: PastRefused | PastUnknown) -> str:
    """What whoever asked for a day is told. What is amiss with the database or the disk goes to the log instead."""
    if isinstance(refused, PastUnknown):
        return str(refused)
    log.warning("no past day can be laid out: %s", refused)
    return NO_PAST
