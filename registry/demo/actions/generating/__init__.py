"""Generate a register of any size, to measure on: lived in for three years, written in bulk, with a ledger that verifies."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from registry.audit.queries.checkpoints import last_seq
from registry.demo.actions.generating.carded import card
from registry.demo.actions.generating.crowd import come_and_go
from registry.demo.actions.generating.house import House, found_house
from registry.demo.actions.generating.judged import decide
from registry.demo.actions.generating.life import Life
from registry.demo.actions.generating.loading import Loader
from registry.demo.actions.generating.metrics import Series, measure
from registry.demo.actions.generating.readings import Readings
from registry.demo.actions.generating.records import edit, state_record, system_of, withdraw
from registry.demo.actions.generating.reviewed import Reviews, waivable_of
from registry.demo.actions.generating.seats import first_owner, hold_seats
from registry.demo.actions.generating.stages import Answered, answered, grow
from registry.demo.actions.generating.telling import Chronicle
from registry.demo.actions.generating.troubles import go_wrong, raise_alerts
from registry.demo.rules.invented import traits
from registry.demo.rules.wanted import Wanted, shares, uneven
from registry.kernel.events import Event
from registry.notices.rules.sending import PLACE
from registry.store.session import Database
from registry.worker.actions import follow_from

Progress = Callable[[str], None]

_AT_ONCE = 250
_WITHDRAWN = 0.003
# Of the entries that are wanted, as many tell of words corrected in a record.
_EDITS = 0.12
_MOST_EDITS = 40


@dataclass(frozen=True, slots=True)
class Generated:
    """How much there is now."""

    systems: int
    people: int
    units: int
    periods: int
    snapshots: int
    entries: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What every system's history is made with."""

    answered: Answered
    pack: str
    waivable: str


def generate(database: Database, wanted: Wanted, progress: Progress) -> Generated:
    """Fill an empty register; equal for equal wishes, apart from the time of day and the salts of the ledger."""
    house = found_house(database, wanted)
    with database.transaction(read_only=True) as session:
        known = _Known(answered(session, house.now.date()), *waivable_of(session, house.now))
    loader = Loader(database)
    with Chronicle() as chronicle:
        series = _systems(house, wanted, known, loader, chronicle, progress)
        sent = _readings(house, wanted, series, loader, chronicle, progress)
        with database.transaction(read_only=True) as session:
            draw = random.Random(f"reviews {wanted.seed}")  # noqa: S311 - variety, not secrecy
            Reviews(session, house, loader, chronicle, draw).hold(progress)
        loader.flush()
        missing = (wanted.entries or 0) - chronicle.count - _entries(database)
        come_and_go(house, chronicle, missing, wanted)
        for seq in chronicle.write(database):
            progress(f"{seq:,} ledger entries")
    loader.finish()
    # Whatever follows from all this has happened already; but for cards, which the worker is to issue.
    follow_from(database, _entries(database), PLACE)
    card(database, house, wanted, progress)
    return Generated(
        wanted.systems,
        len(house.staff),
        len(house.units),
        wanted.periods_in_all,
        sent,
        _entries(database),
    )


def _systems(
    house: House, wanted: Wanted, known: _Known, loader: Loader, chronicle: Chronicle, progress: Progress
) -> list[Series]:
    """All systems with everything that happened to them but readings and reviews; the series readings are sent for."""
    draw = random.Random(f"systems {wanted.seed}")  # noqa: S311
    # More were registered lately than at the beginning.
    span = house.now - timedelta(hours=2) - house.began
    registered = sorted(house.began + span * draw.random() ** 0.7 for _ in range(wanted.systems))
    weights = [uneven(draw, 0.8) for _ in registered]
    further = shares(wanted.periods_in_all - wanted.systems, weights)
    edits = min(_MOST_EDITS, round(_EDITS * (wanted.entries or 0) / wanted.systems))
    series: list[Series] = []
    for number, (at, periods) in enumerate(zip(registered, further, strict=True)):
        said = traits(number)
        own = random.Random(f"{wanted.seed} {number}")  # noqa: S311
        system = system_of(house, number, said, at, own)
        life = Life(house, loader, chronicle, own, said, system)
        life.add(system)
        owner = first_owner(life)
        life.tell(at, Event.SYSTEM_REGISTERED, system, system, owner)
        hold_seats(life, owner, 1 + periods)
        state_record(life)
        grow(life, known.answered)
        edit(life, own.randint(0, 2 * edits))
        decide(life, known.pack, known.waivable)
        go_wrong(life)
        series += measure(life)
        if life.chance(_WITHDRAWN):
            withdraw(life)
        if (number + 1) % _AT_ONCE == 0 or number + 1 == wanted.systems:
            loader.flush()
            progress(f"{number + 1:,} of {wanted.systems:,} systems")
    return series


def _readings(
    house: House,
    wanted: Wanted,
    series: list[Series],
    loader: Loader,
    chronicle: Chronicle,
    progress: Progress,
) -> int:
    draw = random.Random(f"readings {wanted.seed}")  # noqa: S311
    readings = Readings(loader, chronicle, draw)
    for heard in readings.send(series, wanted.snapshots_in_all, progress):
        raise_alerts(loader, chronicle, draw, heard, house.now)
    loader.flush()
    return readings.count


def _entries(database: Database) -> int:
    with database.transaction(read_only=True) as session:
        return last_seq(session)
