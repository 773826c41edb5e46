"""The rest of the figures in plain SQL: cells of units and tiers, bands, who holds most, days and times, frameworks."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from registry.kernel import clock
from registry.kernel.calendar import months_after
from registry.packs import queries as packs

IN_USE = "s.stage IN ('live', 'restricted')"
GRAVE = "s.tier IN ('high', 'prohibited')"
REVERSIBLE = {
    "Cannot be undone": "s.reversibility = 'not'",
    "Can be undone with effort or delay": "s.reversibility = 'with_effort'",
    "Can be undone at once": "s.reversibility = 'fully'",
    "Not stated": "s.reversibility IS NULL",
}
# From which instant to which, and where an incident stands as long as the second has not come.
SPANS = {
    "detect": ("started_at", "detected_at", ""),
    "acknowledge": ("detected_at", "acknowledged_at", "open"),
    "mitigate": ("detected_at", "mitigated_at", "open investigating"),
    "resolve": ("detected_at", "resolved_at", "open investigating mitigated"),
}


def rest(figures, again, same):
    """Hold every number that `objections` does not name one by one against what plain SQL counts."""
    _exposed(figures.exposure, again, same)
    _brought(figures.value, again, same)
    _held(figures, again, same)
    _left(figures.orphans, again, same)
    _lasted(figures, again, same)
    _stated(figures.frameworks, again, same)


def _exposed(exposure, again, same):
    for row in exposure.units:
        below = f"""s.unit_id IN (WITH RECURSIVE b(id) AS (SELECT {row.unit} UNION
          SELECT u.id FROM business_unit u JOIN b ON u.parent_id = b.id) SELECT id FROM b)"""
        tiers = again.rows(
            f"SELECT s.tier, count(*) FROM system s WHERE SEEN AND {IN_USE} AND {below} GROUP BY 1"
        )
        told = {tier: each.n for tier, each in row.tiers.items() if each.n}
        same(f"{row.name} by tier", told, {tier or "none": count for tier, count in tiers})
    same("the whole", exposure.whole.total.n, again.systems(IN_USE))
    for band in exposure.reversible:
        same(band.label, band.count.n, again.systems(f"{IN_USE} AND {REVERSIBLE[band.label]}"))


def _brought(value, again, same):
    today = clock.today()
    expects = "EXISTS (SELECT 1 FROM objective o WHERE o.system_id = s.id AND o.expected_value IS NOT NULL)"
    brought = f"""EXISTS (SELECT 1 FROM value_realised v WHERE v.system_id = s.id
      AND v.on_day > '{months_after(today, -12)}' AND v.on_day <= '{today}')"""
    same("expecting", value.expecting.n, again.systems(expects))
    same("realising", value.realising.n, again.systems(brought))


def _held(figures, again, same):
    """By vendor and by owner: the numbers of each, and that nobody who is left out has more."""
    vendors = {
        name: tuple(counts)
        for name, *counts in again.rows(f"""SELECT s.vendor_name, count(*),
          sum(CASE WHEN {IN_USE} THEN 1 ELSE 0 END), sum(CASE WHEN {IN_USE} AND {GRAVE} THEN 1 ELSE 0 END)
          FROM system s WHERE SEEN AND s.vendor_name <> '' GROUP BY s.vendor_name""")
    }
    shown = {row.name: (row.systems.n, row.in_use.n, row.high_risk.n) for row in figures.vendors}
    _most("vendors", shown, vendors, 10, same)
    owners = {
        person: tuple(counts)
        for person, *counts in again.rows(f"""SELECT a.person_id, count(*), sum(CASE WHEN {IN_USE} THEN 1 ELSE 0 END)
          FROM system s JOIN assignment a ON a.system_id = s.id
          WHERE SEEN AND a.seat = 'accountable_owner' AND a.to_at IS NULL GROUP BY a.person_id""")
    }
    _most("owners", {row.person: (row.systems.n, row.in_use.n) for row in figures.owners}, owners, 8, same)


def _most(name, shown, every, most, same):
    same(name, shown, {each: every.get(each) for each in shown})
    same(f"{name} shown", len(shown), min(most, len(every)))
    fewest = min((counts[0] for counts in shown.values()), default=0)
    beyond = [each for each, counts in every.items() if each not in shown and counts[0] > fewest]
    same(f"{name} with more", beyond, [])


def _left(orphans, again, same):
    last = again.rows("""SELECT p.active_to FROM system s JOIN assignment a ON a.system_id = s.id
      JOIN person p ON p.id = a.person_id WHERE SEEN AND s.stage <> 'retired' AND a.seat = 'accountable_owner'
      AND a.to_at IS NULL AND p.active_to < :today""")
    days = sorted((clock.today() - _day(each)).days for (each,) in last)
    middle = int(Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2)) if days else None
    same("days without", (orphans.median_days, orphans.longest_days), (middle, days[-1] if days else None))


def _lasted(figures, again, same):
    """Median, mean and nine tenths of each time, over the incidents and near misses of twelve months."""
    year = months_after(clock.today().replace(day=1), -11)
    columns = ("status", "started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at")
    told = again.rows(f"""SELECT {", ".join(columns)} FROM incident i WHERE i.kind IN ('incident', 'near_miss')
      AND i.status <> 'merged' AND i.detected_at >= '{year.isoformat()}' AND NOT EXISTS (
      SELECT 1 FROM incident_system t WHERE t.incident_id = i.id
      AND t.system_id NOT IN (SELECT s.id FROM system s WHERE SEEN))""")
    rows = [dict(zip(columns, row, strict=True)) for row in told]
    same("timed", (figures.timed.n, figures.times.counted), (len(rows), len(rows)))
    for name, (start, end, waiting) in SPANS.items():
        known = sorted(_at(row[end]) - _at(row[start]) for row in rows if row[start] and row[end])
        open_ = sum(not row[end] and row["status"] in waiting.split() for row in rows)
        said, n = getattr(figures.times, name), len(known)
        same(name, (said.n, said.open, said.unknown), (n, open_, len(rows) - n - open_))
        if n:
            middle = (known[(n - 1) // 2] + known[n // 2]) / 2
            # The least that at least nine tenths did not exceed.
            ninth = next(each for at, each in enumerate(known, 1) if at * 10 >= n * 9)
            same(
                f"{name}, spread",
                (said.median, said.mean, said.p90),
                (middle, sum(known, timedelta()) / n, ninth),
            )


def _stated(rows, again, same):
    for row in rows:
        pack = packs.edition(again.session, row.id, row.edition)
        named = ", ".join(f"'{each.id}'" for each in pack.controls) or "''"
        same(f"{row.id} controls", row.controls, len(pack.controls))
        placed = again.rows(f"""SELECT count(*) FROM control_statement c WHERE c.pack_id = '{row.id}'
          AND c.control_id IN ({named}) AND c.applicable AND c.status = 'in_place'""")
        same(f"{row.id} in place", row.in_place, placed[0][0])
        decided = """a.review_id IN (SELECT d.review_id FROM review_decision d WHERE d.id IN (
          SELECT max(e.id) FROM review_decision e JOIN system s ON s.id = e.system_id
          WHERE SEEN AND e.decision <> 'request_changes' GROUP BY e.system_id)) AND a.answer IS NOT NULL"""
        of = f"(a.pack LIKE '{row.id} %' OR a.pack = '{row.id}')"
        asked = again.rows(f"SELECT count(*) FROM review_answer a WHERE {of} AND {decided}")[0][0]
        met = again.rows(f"""SELECT count(DISTINCT a.control) FROM review_answer a
          WHERE {of} AND a.answer = 'met' AND a.control IN ({named}) AND {decided}""")[0][0]
        same(f"{row.id} met", row.met, met if asked else None)


def _day(value):
    return date.fromisoformat(value) if isinstance(value, str) else value


def _at(value):
    # In one zone that has no summer: between two instants of another Python counts the hours on the wall.
    instant = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return instant.astimezone(UTC)
