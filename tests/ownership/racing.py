"""Two transactions at once, in an order that does not depend on luck."""

import threading
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from registry.kernel.errors import RuleBroken
from registry.store.session import Database

Act = Callable[[Session], Any]

# How long the second is left alone while the first is still open. One that waits for a lock is waiting still
# when it is over; one that does not wait has long finished.
_HEAD_START_SECONDS = 0.7


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
        runner.join(_HEAD_START_SECONDS)
    runner.join()
    return outcomes[0]


def _outcome(database: Database, act: Act) -> str:
    try:
        with database.transaction() as session:
            act(session)
    except RuleBroken:
        return "refused"
    except Exception as error:  # noqa: BLE001 - the test says which it expects
        return type(error).__name__
    return "done"
