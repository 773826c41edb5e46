"""The times of incidents recomputed in plain SQL, to be held against what the registry says."""

from datetime import timedelta

import sqlalchemy as sa

from registry.incidents.queries.times import times_of

# Microseconds since 1970, exactly.
MICROSECONDS = {
    "sqlite": "(CAST(strftime('%s', {0}) AS INTEGER) * 1000000 + CAST(substr({0}, 21, 6) AS INTEGER))",
    "postgresql": "(extract(epoch FROM {0}) * 1000000)::bigint",
}
SPREAD = """
WITH told AS (
    SELECT * FROM incident
    WHERE status <> 'merged' AND kind IN ({kinds})
      AND id NOT IN (SELECT incident_id FROM incident_system WHERE system_id IN ({hidden}))
), span AS (
    SELECT {until} - {since} AS us FROM told WHERE {until_column} IS NOT NULL AND {since_column} IS NOT NULL
), ranked AS (
    SELECT us, row_number() OVER (ORDER BY us) AS place, count(*) OVER () AS n FROM span
)
SELECT (SELECT count(*) FROM span),
       (SELECT sum(us) FROM span),
       (SELECT sum(us) FROM ranked WHERE place = (n + 1) / 2) + (SELECT sum(us) FROM ranked WHERE place = n / 2 + 1),
       (SELECT us FROM ranked WHERE place = (9 * n + 9) / 10),
       (SELECT count(*) FROM told
         WHERE {until_column} IS NULL AND status IN ({before})),
       (SELECT count(*) FROM told),
       (SELECT count(*) FROM told WHERE detected_by IN ('monitor', 'staff'))
"""
# An incident goes from open, once somebody takes it on, to being looked into, to mitigated, to resolved.
BEFORE = {
    "detect": "''",
    "acknowledge": "'open'",
    "mitigate": "'open', 'investigating'",
    "resolve": "'open', 'investigating', 'mitigated'",
    "whole": "'open', 'investigating', 'mitigated'",
}
COLUMNS = {
    "detect": ("started_at", "detected_at"),
    "acknowledge": ("detected_at", "acknowledged_at"),
    "mitigate": ("detected_at", "mitigated_at"),
    "resolve": ("detected_at", "resolved_at"),
    "whole": ("started_at", "resolved_at"),
}


def recomputed(session, measure, kinds, hidden):
    since, until = COLUMNS[measure]
    exactly = MICROSECONDS[session.get_bind().dialect.name]
    asked = SPREAD.format(
        kinds=", ".join(f"'{kind}'" for kind in kinds),
        hidden=", ".join(str(number) for number in hidden),
        until=exactly.format(until),
        since=exactly.format(since),
        before=BEFORE[measure],
        until_column=until,
        since_column=since,
    )
    return session.execute(sa.text(asked)).one()


def compared(session, actor, by, kinds=("incident", "near_miss"), hidden=(0,)):
    """Holds each number the registry gives against the one of plain SQL; the times, for a look at them."""
    times = times_of(session, actor, by)
    for measure in COLUMNS:
        n, total, middle, p90, still, told, ours = recomputed(session, measure, kinds, hidden)
        spread = getattr(times, measure)
        assert (spread.n, spread.open, spread.unknown) == (n, still, told - n - still)
        assert spread.mean == (timedelta(microseconds=int(total)) / n if n else None)
        assert spread.median == (timedelta(microseconds=int(middle)) / 2 if n else None)
        assert spread.p90 == (timedelta(microseconds=int(p90)) if n else None)
        assert (times.counted, times.by_ourselves) == (told, ours)
    return times
