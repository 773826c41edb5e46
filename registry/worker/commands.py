"""registry worker: the loop, stopping cleanly when asked."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Final

from registry.kernel.events import Event
from registry.store.session import Database
from registry.store.turns import locked
from registry.worker.actions import (
    Handler,
    Relay,
    Unreachable,
    beat,
    by_name,
    follow,
    give_back,
    leave,
    put_in_slots,
    run_next,
)

log = logging.getLogger("registry.worker")

GRACE_SECONDS: Final = 20
"""How long a job that has begun may take to finish once the worker was told to stop. Then it is given back."""
_IDLE_SECONDS = 1.0
# Together with the above less than what `registry serve` waits for its worker.
_RELAYS_GRACE_SECONDS = 5.0
_LEFT_ALONE_SECONDS = 60.0
_BEAT_SECONDS = 10.0


def work_until(
    stop: threading.Event,
    database: Database,
    follow_ups: Mapping[Event, Sequence[Handler]],
    schedule: Mapping[Handler, timedelta],
    on_request: Sequence[Handler] = (),
    relays: Sequence[Relay] = (),
) -> None:
    """Follow the ledger, fill the slots and run what is due until asked to stop; a job begun is finished first.

    A database that does not answer for a while is waited for, not died of. On SQLite one worker works; others of the
    same database stand by. Each relay goes round in a thread of its own beside it.
    """
    with _alone(stop, database):
        # What a relay was sending when everything else was over is under a lease: it is not waited for without end.
        beside = [
            threading.Thread(
                target=relay_until, args=(stop, database, relay), name=relay.__name__, daemon=True
            )
            for relay in relays
        ]
        for each in beside:
            each.start()
        try:
            _work(stop, database, by_name(follow_ups, schedule, on_request), follow_ups, schedule)
        finally:
            stop.set()
            until = time.monotonic() + _RELAYS_GRACE_SECONDS
            for each in beside:
                each.join(max(0.0, until - time.monotonic()))


def relay_until(stop: threading.Event, database: Database, relay: Relay) -> None:
    """Go round one relay until asked to stop, resting where it had nothing to do, and for a minute where nobody takes it."""
    while not stop.is_set():
        try:
            rest = 0.0 if relay(database) else _IDLE_SECONDS
        except Unreachable as told:
            log.warning("%s is left alone for a minute: %s", relay.__name__, told)
            rest = _LEFT_ALONE_SECONDS
        except Exception:
            log.exception("%s could not go on; trying again", relay.__name__)
            rest = _IDLE_SECONDS
        stop.wait(rest)


def _work(
    stop: threading.Event,
    database: Database,
    handlers: Mapping[str, Handler],
    follow_ups: Mapping[Event, Sequence[Handler]],
    schedule: Mapping[Handler, timedelta],
) -> None:
    beats_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= beats_at:
                beat(database)
                put_in_slots(database, schedule)
                beats_at = time.monotonic() + _BEAT_SECONDS
            busy = follow(database, follow_ups) > 0
            busy = run_next(database, handlers) or busy
        except Exception:
            log.exception("the worker could not go on; trying again")
            busy = False
        if not busy:
            stop.wait(_IDLE_SECONDS)
    with suppress(Exception):
        # A database that is gone by now is no reason to leave otherwise than well.
        leave(database)


@contextmanager
def _alone(stop: threading.Event, database: Database) -> Iterator[None]:
    """On SQLite, wait until no other process works; the kernel lets go of the place when its holder dies."""
    name = database.url.database
    if not database.is_sqlite or not name:
        yield
        return
    with Path(f"{name}-worker").open("wb") as place:
        said = False
        while not locked(place.fileno()) and not stop.is_set():
            if not said:
                log.info("another worker works on this SQLite database; standing by")
                said = True
            stop.wait(_IDLE_SECONDS)
        yield


def stop_without(stop: threading.Event, parent: int) -> None:
    """End the loop when the process that started this one is no more, however it went."""

    def look() -> None:
        while not stop.wait(_IDLE_SECONDS):
            if os.getppid() != parent:
                log.warning("the process that started this worker is gone; stopping")
                stop.set()

    threading.Thread(target=look, daemon=True).start()


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT end the loop of this, the main thread: what has begun may finish within GRACE_SECONDS.

    After that, or on a second signal, the job at hand is given back to whoever works next.
    """

    def told(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            give_back()
        stop.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        give_back()

    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
