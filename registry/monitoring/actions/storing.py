"""Write readings past the objects: a thousand of them in a few statements (performance.md: objects cost ten times)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from registry.monitoring.models.snapshots import LATEST, RAIL
from registry.monitoring.rules.points import Points, alike
from registry.monitoring.rules.rails import Rails
from registry.monitoring.rules.telling import apart
from registry.objectives.rules.judging import Verdict

# Numbers no other part of the program locks on; they spell "read" and "mont".
_OF_SYSTEM, _OF_MONTHS = 0x72656164, 0x6D6F6E74

_COLUMNS = "id, batch_id, metric_id, group_key, window_start, window_end, client_key, revision, value, n, low, high, verdict, rail_id"
# Each statement has a price of its own on SQLite, twice that of a row in it. With every column of the row bound anew this
# many rows stay under 999 parameters, the fewest any SQLite allows.
_ROWS_AT_ONCE = 50
_ON_POSTGRESQL = f"COPY snapshot ({_COLUMNS}) FROM STDIN"
_HOLD_SYSTEM = sa.text("SELECT pg_advisory_xact_lock(:family, :system)")
_LACKING = sa.text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NULL")
_LAST_NUMBER = sa.text("SELECT coalesce(max(id), 0) FROM snapshot")
# As one array: a thousand rows of one number each would cost more than to draw them.
_DRAWN = sa.text("SELECT array_agg(nextval('snapshot_id_seq')) FROM generate_series(1, :count)")
_KEPT = sa.select(RAIL.c.sha256, RAIL.c.id).where(RAIL.c.sha256.in_(sa.bindparam("digests", expanding=True)))
# What its text form takes for the end of a value or of a row, and the sign that says otherwise.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Judged:
    """Readings about to be stored, as columns: an object for each would cost more than storing it.

    `metrics` are their numbers. `said`, `values`, `lows` and `highs` are the texts that verdicts and numbers are stored as.
    """

    ids: Sequence[int]
    points: Points
    metrics: Sequence[int]
    revisions: Sequence[int]
    verdicts: Sequence[Verdict]
    said: Sequence[str]
    rail_ids: Sequence[int | None]
    values: Sequence[str]
    lows: Sequence[str | None]
    highs: Sequence[str | None]

    def series(self) -> Sequence[tuple[int, str]]:
        """The metric and group of each."""
        groups = self.points.groups
        if alike(self.metrics) and alike(groups):
            return [(self.metrics[0], groups[0])] * len(groups)
        return list(zip(self.metrics, groups, strict=True))


def hold_system(connection: sa.Connection, system_id: int) -> None:
    """One delivery at a time per system, until the transaction ends: what it finds stored stays as it found it."""
    # SQLite has let in no other writer since BEGIN IMMEDIATE.
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD_SYSTEM, {"family": _OF_SYSTEM, "system": system_id})


def make_months(connection: sa.Connection, ends: Iterable[str]) -> None:
    """Make the partitions that readings of windows with these ends belong to, where PostgreSQL does not have them yet."""
    if connection.dialect.name != "postgresql":
        return
    months = {f"snapshot_y{month[:4]}m{month[5:]}": month for month in {end[:7] for end in ends}}
    if not connection.execute(_LACKING, {"names": list(months)}).all():
        return
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OF_MONTHS)))
    for (name,) in connection.execute(_LACKING, {"names": list(months)}).all():
        connection.execute(sa.select(sa.func.make_snapshot_month(date.fromisoformat(f"{months[name]}-01"))))


def numbers_for(connection: sa.Connection, count: int) -> list[int]:
    """So many new row numbers for readings, rising."""
    if connection.dialect.name == "sqlite":
        last = connection.execute(_LAST_NUMBER).scalar_one()
        return list(range(last + 1, last + 1 + count))
    return sorted(connection.execute(_DRAWN, {"count": count}).scalar_one())


def rail_numbers(connection: sa.Connection, rails: Sequence[Rails]) -> dict[str, int]:
    """The row of each of these guard-rails by digest; what is not kept yet is kept from now on."""
    wanted = {each.sha256: each for each in rails}
    found = _rails_kept(connection, list(wanted))
    missing = [wanted[digest] for digest in wanted if digest not in found]
    if not missing:
        return found
    connection.execute(
        _insert(connection)(RAIL).on_conflict_do_nothing(), [_rail_row(each) for each in missing]
    )
    return _rails_kept(connection, list(wanted))


def _insert(connection: sa.Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _rails_kept(connection: sa.Connection, digests: Sequence[str]) -> dict[str, int]:
    if not digests:
        return {}
    found = connection.execute(_KEPT, {"digests": digests})
    return {digest: number for digest, number in found}  # noqa: C416 - rows are no pairs to the type checker


def _rail_row(rails: Rails) -> dict[str, object]:
    row: dict[str, object] = {"sha256": rails.sha256, "minimum_sample": rails.minimum_sample}
    for name, rail in (("warn", rails.warn), ("breach", rails.breach)):
        row |= {
            f"{name}_bound": rail and rail.bound,
            f"{name}_low": rail and rail.low,
            f"{name}_high": rail and rail.high,
        }
    return row


def store(connection: sa.Connection, batch_id: int, readings: Judged) -> None:
    """Write these readings, each under its own number, as part of one delivery."""
    if connection.dialect.name == "sqlite":
        _into_sqlite(connection, _columns(batch_id, readings))
    else:
        _into_postgresql(connection, _columns(batch_id, readings))


def _columns(batch_id: int, readings: Judged) -> tuple[Sequence[Any], ...]:
    """The readings in the order of _COLUMNS."""
    points = readings.points
    return (
        readings.ids,
        [batch_id] * len(points),
        readings.metrics,
        points.groups,
        points.kept_starts,
        points.kept_ends,
        points.keys,
        readings.revisions,
        readings.values,
        points.cases,
        readings.lows,
        readings.highs,
        readings.said,
        readings.rail_ids,
    )


def _into_sqlite(connection: sa.Connection, columns: Sequence[Sequence[Any]]) -> None:
    # Most columns say the same throughout a delivery. Such a value is bound once in a statement and not with each row.
    ids, *others = columns
    same_throughout = (False, *map(alike, others))
    shared = [column[0] for column, same in zip(columns, same_throughout, strict=True) if same]
    varying = [column for column, same in zip(columns, same_throughout, strict=True) if not same]
    many = len(ids)
    in_full = many - many % _ROWS_AT_ONCE
    for rows, first, last in ((_ROWS_AT_ONCE, 0, in_full), (1, in_full, many)):
        told = list(chain.from_iterable(zip(*(column[first:last] for column in varying), strict=True)))
        width = rows * len(varying)
        bound = [(*shared, *told[place : place + width]) for place in range(0, len(told), width)]
        if bound:
            connection.exec_driver_sql(_adding(same_throughout, rows), bound)


@lru_cache(maxsize=64)
def _adding(same_throughout: tuple[bool, ...], rows: int) -> str:
    """The statement that adds so many rows, its parameters those that are alike in all and then the others by row."""
    shared, later = count(1), count(1 + sum(same_throughout))
    numbers = [next(shared) if same else None for same in same_throughout]
    each = [", ".join(f"?{number or next(later)}" for number in numbers) for _ in range(rows)]
    return f"INSERT INTO snapshot ({_COLUMNS}) VALUES ({'), ('.join(each)})"  # noqa: S608 - names from above


def _into_postgresql(connection: sa.Connection, columns: Sequence[Sequence[Any]]) -> None:
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(_ON_POSTGRESQL) as copy:
        copy.write("\n".join(_copied(columns)) + "\n")


def _copied(columns: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The readings in the text form of COPY, a line for each."""
    ids, *others = columns
    pattern, varying = ["%s"], [ids]
    for column, write, ending in zip(others, _WRITERS, _ENDINGS, strict=True):
        # What is the same throughout a delivery stands in the pattern of its lines.
        if alike(column):
            pattern.append(f"{write(column[:1])[0]}{ending}".replace("%", "%%"))
        else:
            pattern.append(f"%s{ending}")
            varying.append(write(column))
    return map("\t".join(pattern).__mod__, zip(*varying, strict=True))


def _as_it_is(column: Sequence[Any]) -> Sequence[Any]:
    return column


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    # Readings share their groups and mostly have no keys: each text is looked at once.
    tidy = {each: each.translate(_ESCAPED) for each in set(texts)}
    return [tidy[each] for each in texts]


def _or_null(values: Sequence[Any]) -> Sequence[Any]:
    return ["\\N" if each is None else each for each in values]


# By column, in the order of _COLUMNS after the first.
_WRITERS = (
    *(_as_it_is, _as_it_is, _escaped, _as_it_is, _as_it_is, _escaped, _as_it_is),
    *(_as_it_is, _or_null, _or_null, _or_null, _as_it_is, _or_null),
)
# Without its zone PostgreSQL would take an instant for one of the zone the server is set to.
_ENDINGS = ("", "", "", "+00", "+00", *[""] * 8)


def keep_latest(connection: sa.Connection, readings: Judged, received_at: datetime) -> None:
    """Let the newest of these be the latest of its metric and group, unless a newer window is known already."""
    ends = readings.points.kept_ends
    # Of several in one window the last.
    newest = [max(reversed(some), key=ends.__getitem__) for some in apart(readings.series())]
    rows = [_latest_row(readings, place, received_at) for place in newest]
    connection.execute(_TAKING_LATEST[connection.dialect.name], rows)


def _taking_latest(insert: Any) -> Any:
    statement = insert(LATEST)
    taken = {
        column.name: statement.excluded[column.name]
        for column in LATEST.columns
        if column.name not in {"id", "metric_id", "group_key"}
    }
    return statement.on_conflict_do_update(
        index_elements=["metric_id", "group_key"],
        set_=taken,
        where=statement.excluded.window_end >= LATEST.c.window_end,
    )


# Made once: to put such a statement together takes longer than to carry it out.
_TAKING_LATEST = {"sqlite": _taking_latest(sqlite.insert), "postgresql": _taking_latest(postgresql.insert)}


def _latest_row(readings: Judged, number: int, received_at: datetime) -> dict[str, object]:
    point = readings.points[number]
    return {
        "metric_id": readings.metrics[number],
        "group_key": point.group,
        "snapshot_id": readings.ids[number],
        "window_start": point.window_start,
        "window_end": point.window_end,
        "value": point.value,
        "n": point.n,
        "low": point.low,
        "high": point.high,
        "verdict": readings.verdicts[number],
        "received_at": received_at,
    }
