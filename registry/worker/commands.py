"""registry worker: the loop, stopping cleanly when asked."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta

from registry.kernel.events import Event
from registry.store.session import Database
from registry.worker.actions import Handler, Relay, beat, by_name, follow, put_in_slots, run_next

log = logging.getLogger("registry.worker")

_IDLE_SECONDS = 2.0
_BEAT_EVERY = 15


def work_until(
    stop: threading.Event,
    database: Database,
    follow_ups: Mapping[Event, Sequence[Handler]],
    schedule: Mapping[Handler, timedelta],
    relays: Sequence[Relay] = (),
) -> None:
    """Follow the ledger, fill the slots and run what is due until asked to stop; a job begun is finished first.

    A database that does not answer for a while is waited for, not died of. The relays go round in a thread beside it.
    """
    _speak_up()
    beside = threading.Thread(target=relay_until, args=(stop, database, relays), name="relays")
    beside.start()
    try:
        _work_until(stop, database, follow_ups, schedule)
    finally:
        stop.set()
        beside.join()


def relay_until(stop: threading.Event, database: Database, relays: Sequence[Relay]) -> None:
    """Go round the relays until asked to stop, resting where none had anything to do; one that fails keeps no other waiting."""
    while relays and not stop.is_set():
        busy = False
        for relay in relays:
            try:
                busy = relay(database) or busy
            except Exception:
                log.exception("%s could not go on; trying again", relay.__name__)
        if not busy:
            stop.wait(_IDLE_SECONDS)


def _work_until(
    stop: threading.Event,
    database: Database,
    follow_ups: Mapping[Event, Sequence[Handler]],
    schedule: Mapping[Handler, timedelta],
) -> None:
    handlers = by_name(follow_ups, schedule)
    rounds = 0
    while not stop.is_set():
        try:
            if rounds % _BEAT_EVERY == 0:
                beat(database)
                put_in_slots(database, schedule)
            busy = follow(database, follow_ups) > 0
            busy = run_next(database, handlers) or busy
        except Exception:
            log.exception("the worker could not go on; trying again")
            busy = False
        rounds += 1
        if not busy:
            stop.wait(_IDLE_SECONDS)


def _speak_up() -> None:
    """Let what the registry notes, a checkpoint among it, reach standard error where nobody has decided otherwise."""
    house = logging.getLogger("registry")
    if not house.hasHandlers():
        spoken = logging.StreamHandler()
        spoken.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        house.addHandler(spoken)
        house.setLevel(logging.INFO)
