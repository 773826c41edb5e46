"""Two transactions at once, in an order that does not depend on luck."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.kernel.errors import RuleBroken
from registry.store import turns
from registry.store.session import Database

Act = Callable[[Session], Any]

# How long the second is left alone at most while the first is still open, if it neither comes to an end nor is seen to wait.
_HEAD_START_SECONDS = 0.7
_LOOKS_EVERY_SECONDS = 0.01
# A lock that is free is passed in less than the time between two looks.
_LOOKS = 3


def second_of(database: Database, first: Act, second: Act) -> str:
    """What becomes of the second when it begins after the first has acted and before the first commits.

    "done", "refused" (a rule said no), or the name of any other error. The first has to succeed.
    """
    outcomes: list[str] = []
    runner = threading.Thread(target=lambda: outcomes.append(_outcome(database, second)))
    with database.transaction() as session:
        first(session)
        session.flush()
        runner.start()
        _leave_alone(database, runner)
    runner.join()
    return outcomes[0]


def _leave_alone(database: Database, runner: threading.Thread) -> None:
    """Until it has ended, or waits for a lock that the first holds."""
    until, seen = time.monotonic() + _HEAD_START_SECONDS, 0
    while seen < _LOOKS and runner.is_alive() and time.monotonic() < until:
        runner.join(_LOOKS_EVERY_SECONDS)
        seen = seen + 1 if _waits(database, runner) else 0


def _waits(database: Database, runner: threading.Thread) -> bool:
    if database.is_sqlite:
        frame = sys._current_frames().get(runner.ident or 0)
        return frame is not None and frame.f_code.co_filename == turns.__file__
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.engine.connect() as beside:
        return beside.scalar(sa.text(waiting)) is not None


def _outcome(database: Database, act: Act) -> str:
    try:
        with database.transaction() as session:
            act(session)
    except RuleBroken:
        return "refused"
    except Exception as error:  # noqa: BLE001 - the test says which it expects
        return type(error).__name__
    return "done"
