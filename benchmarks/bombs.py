"""How long others wait while cards are asked for whose texts would like to cost without end.

    python -m benchmarks.bombs --seconds 60 --database postgresql

Every text of a record that takes it is filled with one of the bombs of tests/output/bombs.py, a system for each bomb that the register
accepts. Pages are asked for at a steady rate, first by themselves and then while several ask for the PDFs of those cards over and over,
each time of a changed record so that nothing kept can be served. Told are both in one run. It leaves with 1 where of a hundred pages
five waited half a second or more meanwhile, where an answer was an error, or where no card was asked for.
"""

import argparse
import contextlib
import http.client
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from benchmarks.cluster import Cluster, running
from benchmarks.soak import signed_in
from registry.kernel.errors import Refusal
from registry.systems import actions as systems
from registry.systems.queries import by_key, facts_of
from registry.systems.rules.record import Registration, Visibility
from tests import databases
from tests.cast import find_cast
from tests.output.bombs import BOMBS

FIELDS = (
    "description", "intended_use", "users", "affected_people", "out_of_scope", "oversight_plan", "known_limitations",
)  # fmt: skip
ASKING = 6
PAGES_A_SECOND = 5
# Twenty seconds of a processor that goes to pages first.
PATIENCE_SECONDS = 120
MOST_SECONDS = 0.5
PAGES = ("/", "/systems", "/systems?q=system", "/portfolio", "/systems/{key}")


def planted(cluster: Cluster) -> list[str]:
    """The keys of systems in whose record a bomb stands, one of each that the register takes."""
    keys = []
    with cluster.database.transaction() as session:
        cast = find_cast(session)
        unit, owner = cast.units["claims"].id, cast.people["ada"].id
        for name, bomb in BOMBS.items():
            facts = Registration(f"Bomb: {name}", "Would like to cost.", unit, owner, Visibility.COMPANY)
            system = systems.register(session, cast.actor(session, "ada"), facts)
            session.flush()
            # Only now they hold its seat.
            ada, taken = cast.actor(session, "ada"), 0
            for field in FIELDS:
                with contextlib.suppress(Refusal):
                    changed = replace(facts_of(system), **{field: bomb})
                    systems.edit(session, ada, system, changed, version=system.version)
                    taken += 1
            keys += [system.key] if taken else []
    return keys


def change(cluster: Cluster, key: str, turn: int) -> None:
    """Change the record a little: its card has to be laid out anew."""
    with cluster.database.transaction() as session:
        ada = find_cast(session).actor(session, "ada")
        system = by_key(session, ada, key)
        facts = replace(facts_of(system), technique=f"Turn {turn}")
        systems.edit(session, ada, system, facts, version=system.version)


@contextlib.contextmanager
def asked_for(cluster: Cluster, keys: list[str], cookie: str) -> Iterator[Counter[str]]:
    """Meanwhile so many ask for one card after the other; how many of their answers were what."""
    stop, answers, turns = threading.Event(), Counter[str](), cycle(enumerate(keys))
    guard = threading.Lock()

    def ask(key: str) -> str:
        try:
            status, headers, _ = cluster.asked(
                "GET", f"/systems/{key}/card.pdf", patience=PATIENCE_SECONDS, Cookie=cookie
            )
        except (OSError, http.client.HTTPException):
            return "no answer"
        # Who is to come again was not served for want of room; who is not, because the card itself cannot be made.
        return {200: "made", 503: "come again" if "Retry-After" in headers else "refused"}.get(
            status, str(status)
        )

    def on_and_on() -> None:
        while not stop.is_set():
            with guard:
                turn, key = next(turns)
                change(cluster, key, time.monotonic_ns() + turn)
            answer = ask(key)
            with guard:
                answers[answer] += 1
            # Whoever was told to come again does so, though sooner than they were told.
            stop.wait(0.5)

    with ThreadPoolExecutor(ASKING) as pool:
        all_of_them = [pool.submit(on_and_on) for _ in range(ASKING)]
        try:
            yield answers
        finally:
            stop.set()
            for each in all_of_them:
                each.result()


def looked_at(cluster: Cluster, cookie: str, seconds: float) -> tuple[list[float], Counter[int]]:
    """Pages at a steady rate: how long each was waited for from the moment it was due, sorted; and the answers by status."""
    waits: list[float] = []
    answers: Counter[int] = Counter()
    addresses = cycle(PAGES)

    def look(address: str, due: float) -> None:
        try:
            answers[cluster.asked("GET", address, Cookie=cookie)[0]] += 1
        except (OSError, http.client.HTTPException):
            answers[0] += 1
        waits.append(time.monotonic() - due)

    due = time.monotonic()
    ends = due + seconds
    with ThreadPoolExecutor(32) as pool:
        while due < ends:
            time.sleep(max(0.0, due - time.monotonic()))
            pool.submit(look, next(addresses).replace("{key}", cluster.places[0][0]), due)
            due += 1 / PAGES_A_SECOND
    return sorted(waits), answers


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=60, help="of each half")
    asked.add_argument("--database", choices=databases.KINDS, default="sqlite")
    given = asked.parse_args()
    with contextlib.ExitStack() as open_until:
        open_until.callback(databases.end_run, databases.begin_run())
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory()))
        cluster = open_until.enter_context(running(given.database, folder, webs=1, workers=1))
        keys, cookie = planted(cluster), signed_in(cluster)
        # What every process does once is not waited for twice.
        looked_at(cluster, cookie, 3)
        alone, first = looked_at(cluster, cookie, given.seconds)
        with asked_for(cluster, keys, cookie) as cards:
            meanwhile, then = looked_at(cluster, cookie, given.seconds)
    print(f"{len(keys)} of {len(BOMBS)} bombs stand in a record; cards: {dict(cards)}")
    for name, waits, answers in (("by themselves", alone, first), ("meanwhile", meanwhile, then)):
        middle, late = (at(waits, part) * 1_000 for part in (0.5, 0.95))
        print(f"pages {name:14} {dict(answers)}, median {middle:5.0f} ms, 95th of 100 {late:5.0f} ms")
    well = {*first, *then} == {200} and {*cards} <= {"made", "refused", "come again"}
    # Where none was laid out or given up nobody had anything to wait for.
    tried = cards["made"] + cards["refused"]
    sys.exit(not (well and tried and at(meanwhile, 0.95) < MOST_SECONDS))


def at(waits: list[float], part: float) -> float:
    """What that part of all waited at most, of sorted waits."""
    return waits[int(len(waits) * part)]


if __name__ == "__main__":
    main()
