"""What is already held of the readings of a batch: one statement for all of them, on either database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa

from registry.monitoring.rules.batches import Place

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
    FROM unnest(CAST(:metrics AS integer[]), CAST(:ends AS timestamptz[]), CAST(:groups AS text[]),
                CAST(:starts AS timestamptz[]), CAST(:keys AS text[]))
         WITH ORDINALITY AS w (metric_id, window_end, group_key, window_start, client_key, place)
    CROSS JOIN LATERAL (
        SELECT * FROM snapshot
        WHERE metric_id = w.metric_id AND window_end = w.window_end AND group_key = w.group_key
        AND window_start = w.window_start AND client_key = w.client_key
        AND window_end BETWEEN :first AND :last
        OFFSET 0
    ) AS s
""")


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


def held_at(connection: sa.Connection, places: Sequence[Place]) -> Mapping[int, Held]:
    """The newest revision at each of these places that has one, by the place's position."""
    if not places:
        return {}
    if connection.dialect.name == "sqlite":
        asked = [
            [metric, stored_instant(end), group, stored_instant(start), key]
            for metric, end, group, start, key in places
        ]
        rows = connection.execute(_ON_SQLITE, {"places": json.dumps(asked)})
    else:
        metrics, ends, groups, starts, keys = (list(each) for each in zip(*places, strict=True))
        asked_for = {"metrics": metrics, "ends": ends, "groups": groups, "starts": starts, "keys": keys}
        rows = connection.execute(_ON_POSTGRESQL, {**asked_for, "first": min(ends), "last": max(ends)})
    found: dict[int, Held] = {}
    for place, number, batch, value, n, low, high, revision in rows:
        standing = found.get(int(place))
        if standing is None or standing.revision < revision:
            found[int(place)] = Held(number, batch, Decimal(value), n, _exact(low), _exact(high), revision)
    return found


def stored_instant(when: datetime) -> str:
    """An instant as SQLite holds it (registry.store.columns.Instant)."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
