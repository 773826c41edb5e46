"""Write readings past the objects: a thousand of them in a few statements (performance.md: objects cost ten times)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from registry.monitoring.models.snapshots import LATEST, RAIL
from registry.monitoring.rules.batches import Place, Rails
from registry.monitoring.rules.decoding import PointIn
from registry.objectives.rules.judging import Verdict

# Numbers no other part of the program locks on; they spell "read" and "mont".
_OF_SYSTEM, _OF_MONTHS = 0x72656164, 0x6D6F6E74

_COLUMNS = "id, batch_id, metric_id, group_key, window_start, window_end, client_key, revision, value, n, low, high, verdict, rail_id"
_ON_SQLITE = f"INSERT INTO snapshot ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608 - names from above
_ON_POSTGRESQL = f"COPY snapshot ({_COLUMNS}) FROM STDIN"
# What its text form takes for the end of a value or of a row, and the sign that says otherwise.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Judged(NamedTuple):
    """A reading about to be stored as row `id`; its numbers also as the digits they are stored in."""

    id: int
    point: PointIn
    place: Place
    revision: int
    verdict: Verdict
    rail_id: int | None
    value: str
    low: str | None
    high: str | None


def hold_system(connection: sa.Connection, system_id: int) -> None:
    """One delivery at a time per system, until the transaction ends: what it finds stored stays as it found it."""
    # SQLite has let in no other writer since BEGIN IMMEDIATE.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OF_SYSTEM, system_id)))


def make_months(connection: sa.Connection, readings: Iterable[Place]) -> None:
    """Make the partitions these readings belong to, where PostgreSQL does not have them yet."""
    if connection.dialect.name != "postgresql":
        return
    months = {f"snapshot_y{month[:4]}m{month[5:]}": month for month in {end[:7] for _, end, *_ in readings}}
    lacking = sa.text(
        "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NULL"
    )
    if not connection.execute(lacking, {"names": list(months)}).all():
        return
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OF_MONTHS)))
    for (name,) in connection.execute(lacking, {"names": list(months)}).all():
        connection.execute(sa.select(sa.func.make_snapshot_month(date.fromisoformat(f"{months[name]}-01"))))


def numbers_for(connection: sa.Connection, count: int) -> list[int]:
    """So many new row numbers for readings, rising."""
    if connection.dialect.name == "sqlite":
        last = connection.execute(sa.text("SELECT coalesce(max(id), 0) FROM snapshot")).scalar_one()
        return list(range(last + 1, last + 1 + count))
    drawn = sa.text("SELECT nextval('snapshot_id_seq') FROM generate_series(1, :count)")
    return sorted(connection.execute(drawn, {"count": count}).scalars())


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
    query = sa.select(RAIL.c.sha256, RAIL.c.id).where(RAIL.c.sha256.in_(digests))
    return {digest: number for digest, number in connection.execute(query)}  # noqa: C416 - rows are no pairs to the type checker


def _rail_row(rails: Rails) -> dict[str, object]:
    row: dict[str, object] = {"sha256": rails.sha256, "minimum_sample": rails.minimum_sample}
    for name, rail in (("warn", rails.warn), ("breach", rails.breach)):
        row |= {
            f"{name}_bound": rail and rail.bound,
            f"{name}_low": rail and rail.low,
            f"{name}_high": rail and rail.high,
        }
    return row


def store(connection: sa.Connection, batch_id: int, readings: Sequence[Judged]) -> None:
    """Write these readings, each under its own number, as part of one delivery."""
    rows = [_row(batch_id, each) for each in readings]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_ON_SQLITE, rows)
        return
    copied = "".join("\t".join(map(_copied, row)) + "\n" for row in rows)
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(_ON_POSTGRESQL) as copy:
        copy.write(copied)


def _copied(value: object) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED) if "\\" in value or not value.isprintable() else value
    return "\\N" if value is None else str(value)


def _row(batch_id: int, each: Judged) -> tuple[object, ...]:
    metric, end, group, start, key = each.place
    numbers = (each.value, each.point.n, each.low, each.high)
    return (
        each.id,
        batch_id,
        metric,
        group,
        start,
        end,
        key,
        each.revision,
        *numbers,
        each.verdict.value,
        each.rail_id,
    )


def keep_latest(connection: sa.Connection, readings: Sequence[Judged], received_at: datetime) -> None:
    """Let the newest of these be the latest of its metric and group, unless a newer window is known already."""
    newest: dict[tuple[int, str], Judged] = {}
    for each in readings:
        metric, end, group, _, _ = each.place
        standing = newest.get((metric, group))
        if standing is None or standing.place[1] <= end:
            newest[metric, group] = each
    statement = _insert(connection)(LATEST)
    taken = {
        column.name: statement.excluded[column.name]
        for column in LATEST.columns
        if column.name not in {"id", "metric_id", "group_key"}
    }
    statement = statement.on_conflict_do_update(
        index_elements=["metric_id", "group_key"],
        set_=taken,
        where=statement.excluded.window_end >= LATEST.c.window_end,
    )
    connection.execute(statement, [_latest_row(each, received_at) for each in newest.values()])


def _latest_row(each: Judged, received_at: datetime) -> dict[str, object]:
    return {
        "metric_id": each.place[0],
        "group_key": each.point.group,
        "snapshot_id": each.id,
        "window_start": each.point.window_start,
        "window_end": each.point.window_end,
        "value": each.point.value,
        "n": each.point.n,
        "low": each.point.low,
        "high": each.point.high,
        "verdict": each.verdict,
        "received_at": received_at,
    }
