"""A past day for a page to read, or in plain words why not and when to ask again."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from flask import g, request
from sqlmodel import Session

from registry.kernel.errors import NotFound, NotYet, Refusal, Unavailable
from registry.store.past import (
    NO_PAST,
    PastBusy,
    PastRefused,
    Pasts,
    PastTooLarge,
    PastUnknown,
    as_of,
    board_of,
)
from registry.store.progress import Board, Progress

log = logging.getLogger("registry.web")

READS = frozenset({"GET", "HEAD", "OPTIONS"})
_AGAIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PastDays:
    """The past days of the register for those who look at pages.

    `ask` has the worker lay out a day that is too large to be made at once, by the name of its past and for whom; it says
    whether that will be, or has been given up, and raises TooManyWaiting. `data_dir` is where the worker notes how far it is.
    """

    pasts: Pasts
    ask: Callable[[date, str, int | None], bool]
    data_dir: str

    @contextmanager
    def seen(self, day: date, *, asked_as: str) -> Iterator[Session]:
        """A session as of the end of a day, for this request. Raises NotFound, Unavailable, NotYet, TooManyWaiting."""
        try:
            with as_of(self.pasts, day, at_once=True) as session:
                g.as_of = day
                yield session
        except PastUnknown as unknown:
            raise NotFound(str(unknown)) from unknown
        except PastRefused as refused:
            log.warning("request %s: %s", asked_as, refused)
            raise Unavailable(NO_PAST) from refused
        except PastBusy as busy:
            raise _not_yet(
                "Another past day is being laid out. This one follows as soon as that is done."
            ) from busy
        except PastTooLarge as large:
            raise self._laid_out_later(day, large.name) from large

    def _laid_out_later(self, day: date, name: str) -> Refusal:
        if not self.ask(day, name, g.actor.person_id):
            return Unavailable(
                "This day could not be laid out. An administrator sees why among the jobs, and can have it tried again."
            )
        progress = Board(self.data_dir, board_of(day)).read()
        says = "It is put together from the ledger, once for everybody who looks at it, and kept for a day."
        return _not_yet(says, progress)


def _not_yet(says: str, progress: Progress | None = None) -> Refusal:
    if request.method not in READS:
        # A page that looks again by itself would ask for an address that is only sent to.
        return Unavailable(f"{says} Go back, and ask for it again in a minute.", again_after=_AGAIN_SECONDS)
    return NotYet(says, done=progress.done, total=progress.total) if progress else NotYet(says)
