"""What is already held of the readings of a batch: one statement for all of them, on either database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from registry.monitoring.models.snapshots import SNAPSHOT
from registry.monitoring.rules.batches import places_of
from registry.monitoring.rules.points import Points

# Both go from the places asked for to the index that holds each of them once; never through a metric's history.
_ON_SQLITE = sa.text("""
    SELECT j.key, s.id, s.batch_id, s.value, s.n, s.low, s.high, s.revision
    FROM json_each(:places) AS j CROSS JOIN snapshot AS s
    WHERE s.metric_id = json_extract(j.value, '$[0]') AND s.window_end = json_extract(j.value, '$[1]')
    AND s.group_key = json_extract(j.value, '$[2]') AND s.window_start = json_extract(j.value, '$[3]')
    AND s.client_key = json_extract(j.value, '$[4]')
""")
_ON_POSTGRESQL = sa.text("""
    SELECT w.place - 1, s.id, s.batch_id, s.value, s.n, s.low, s.high, s.revision
    FROM jsonb_array_elements(CAST(:places AS jsonb)) WITH ORDINALITY AS w (told, place)
    CROSS JOIN LATERAL (
        SELECT * FROM snapshot
        WHERE metric_id = CAST(w.told ->> 0 AS integer)
        AND window_end = CAST((w.told ->> 1) || '+00' AS timestamptz) AND group_key = w.told ->> 2
        AND window_start = CAST((w.told ->> 3) || '+00' AS timestamptz) AND client_key = w.told ->> 4
        AND window_end BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
        OFFSET 0
    ) AS s
""")


# Most deliveries are of windows later than any before: one look at their span of time tells so, for a hundredth of what
# it costs to ask for each of a thousand places.
_ANY = (
    sa.select(SNAPSHOT.c.id)
    .where(
        SNAPSHOT.c.metric_id.in_(sa.bindparam("metrics", expanding=True)),
        SNAPSHOT.c.window_end.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Held:
    """The reading that stands at a place: its row, the delivery that brought it, its numbers and its revision."""

    id: int
    batch_id: int
    value: Decimal
    n: int | None
    low: Decimal | None
    high: Decimal | None
    revision: int


def held_at(connection: sa.Connection, points: Points, metrics: Sequence[int]) -> Mapping[int, Held]:
    """The newest revision where each of these readings belongs that has one, by the reading's position.

    `metrics` are the numbers of their metrics.
    """
    if not points:
        return {}
    first, last = min(points.ends), max(points.ends)
    spanned = {"metrics": sorted(set(metrics)), "first": first, "last": last}
    if connection.execute(_ANY, spanned).first() is None:
        return {}
    asked: dict[str, object] = {"places": json.dumps(places_of(points, metrics))}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(_ON_SQLITE, asked)
    else:
        rows = connection.execute(_ON_POSTGRESQL, asked | {"first": first, "last": last})
    found: dict[int, Held] = {}
    for place, number, batch, value, n, low, high, revision in rows:
        standing = found.get(int(place))
        if standing is None or standing.revision < revision:
            found[int(place)] = Held(number, batch, Decimal(value), n, _exact(low), _exact(high), revision)
    return found


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
