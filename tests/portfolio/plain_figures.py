"""The figures recounted in plain SQL, to be held against what the registry says. `seen` is the clause of what one may know of."""

from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from registry.kernel import clock
from registry.kernel.calendar import months_after
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.rules.cadence import months_for, validity
from tests.portfolio.plain_rest import rest

IN_USE = "s.stage IN ('live', 'restricted')"
STANDS = "s.id NOT IN (SELECT system_id FROM withdrawal)"
RANK = "CASE l.verdict WHEN 'breach' THEN 3 WHEN 'warn' THEN 2 WHEN 'met' THEN 1 ELSE 0 END"
OWNED = """EXISTS (SELECT 1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE a.system_id = s.id
 AND a.seat = 'accountable_owner' AND a.to_at IS NULL AND {0})"""
CONFIRMED = OWNED.format(
    "a.accepted_at IS NOT NULL AND NOT a.to_be_confirmed AND (p.active_to IS NULL OR p.active_to >= :today)"
)
HAS = {
    "owner": CONFIRMED,
    "measurable": """EXISTS (SELECT 1 FROM objective o WHERE o.system_id = s.id AND o.problem <> '')
     AND EXISTS (SELECT 1 FROM success_metric m WHERE m.system_id = s.id AND m.retired_at IS NULL)""",
    "measured": """EXISTS (SELECT 1 FROM success_metric m JOIN latest_snapshot l ON l.metric_id = m.id
      WHERE m.system_id = s.id AND m.retired_at IS NULL) AND NOT EXISTS (SELECT 1 FROM alert a
      WHERE a.system_id = s.id AND a.kind = 'silence' AND a.state <> 'resolved')""",
    "carded": "EXISTS (SELECT 1 FROM card_edition c WHERE c.system_id = s.id AND c.state = 'approved')",
    "tested": """EXISTS (SELECT 1 FROM model_version v WHERE v.system_id = s.id AND v.state = 'live')
      AND NOT EXISTS (SELECT 1 FROM model_version v WHERE v.system_id = s.id AND v.state = 'live'
        AND NOT EXISTS (SELECT 1 FROM dossier d JOIN dossier_signature g ON g.dossier_id = d.id
          WHERE d.version_id = v.id
          AND g.cases = (SELECT count(*) FROM dossier_case c WHERE c.dossier_id = d.id)
          AND g.runs = (SELECT count(*) FROM dossier_run r WHERE r.dossier_id = d.id)))""",
    "overseen": """s.oversight_plan <> '' AND EXISTS (SELECT 1 FROM assignment a LEFT JOIN person p
      ON p.id = a.person_id WHERE a.system_id = s.id AND a.seat = 'overseer' AND a.to_at IS NULL
      AND (a.team_id IS NOT NULL OR ((p.active_to IS NULL OR p.active_to >= :today)
        AND (p.active_from IS NULL OR p.active_from <= :today))))""",
    "compliant": "NOT EXISTS (SELECT 1 FROM compliance_spell c WHERE c.system_id = s.id AND c.ended_at IS NULL)",
}
WAITS = {
    "alert": "alert x WHERE x.severity = 'critical' AND x.state <> 'resolved'",
    "stop": "emergency_stop x WHERE x.lifted_at IS NULL",
    "review": "review x WHERE x.state = 'submitted'",
    "review_late": "review x WHERE x.state IN ('wanted', 'returned') AND x.due_on < :today",
    "autonomy": "autonomy_request x WHERE x.decided_at IS NULL",
    "waiver": "waiver x WHERE x.granted IS NULL",
    "waiver_ending": """waiver x WHERE x.granted AND x.revoked_at IS NULL
      AND x.until >= :today AND x.until <= :soon""",
    "condition": "review_condition x WHERE x.met_at IS NULL AND x.due_on <= :soon",
    "card": "card_edition x WHERE x.state = 'in_review'",
}
AFFECTED = {
    "100,000 or more": "s.affected_count >= 100000",
    "1,000 to 99,999": "s.affected_count BETWEEN 1000 AND 99999",
    "fewer than 1,000": "s.affected_count < 1000",
    "not stated": "s.affected_count IS NULL",
}


class Recount:
    """Everything the figures of the whole say to whoever sees those systems, counted anew."""

    def __init__(self, session, seen):
        self.session, self.seen = session, f"{STANDS} AND ({seen})"
        today = clock.today()
        self.days = {"today": today.isoformat(), "soon": (today + timedelta(days=30)).isoformat()}

    def rows(self, asked):
        asked = asked.replace("SEEN", self.seen)
        used = {name: value for name, value in self.days.items() if f":{name}" in asked}
        if self.session.get_bind().dialect.name == "postgresql":
            used = {name: clock.today() + timedelta(days=30 * (name == "soon")) for name in used}
        return [tuple(row) for row in self.session.execute(sa.text(asked), used)]

    def systems(self, where="1 = 1"):
        return self.rows(f"SELECT count(*) FROM system s WHERE SEEN AND ({where})")[0][0]

    def money(self, table, column, where):
        asked = f"""SELECT x.currency, x.{column} FROM {table} x JOIN system s ON s.id = x.system_id
          WHERE SEEN AND {where}"""
        sums = {}
        for currency, amount in self.rows(asked):
            sums[currency] = sums.get(currency, Decimal()) + Decimal(amount)
        return sums

    def incidents(self, where):
        """Those that touch nothing one may not know of."""
        return self.rows(f"""SELECT count(*) FROM incident i WHERE {where} AND NOT EXISTS (
          SELECT 1 FROM incident_system t WHERE t.incident_id = i.id
          AND t.system_id NOT IN (SELECT s.id FROM system s WHERE SEEN))""")[0][0]

    def reviewed(self):
        """The systems in use whose newest verdict approves and is in date, by the rule of reviews itself."""
        _, rule = rule_on(self.session, clock.today())
        late = {number for (number,) in self.rows(
            "SELECT system_id FROM review_condition x WHERE x.met_at IS NULL AND x.due_on < :today"
        )}  # fmt: skip
        newest = {}
        for number, tier, decision, at in self.rows(f"""SELECT d.system_id, s.tier, d.decision, d.at
          FROM review_decision d JOIN review r ON r.id = d.review_id JOIN system s ON s.id = d.system_id
          WHERE SEEN AND {IN_USE} AND d.decision <> 'request_changes' AND r.kind <> 'decommission'
          ORDER BY d.id"""):
            newest[number] = (tier, decision, at)
        today = clock.today()
        return sum(
            decision.startswith("approve")
            and number not in late
            and validity(as_instant(at), months_for(rule.months, tier), today, warn_days=0).holds
            for number, (tier, decision, at) in newest.items()
        )


def as_instant(at):
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def objections(session, figures, seen):
    """Each number of these figures of the whole that plain SQL counts otherwise, as (name, said, counted)."""
    again, found = Recount(session, seen), []

    def same(name, said, counted):
        if said != counted:
            found.append((name, said, counted))

    top = figures.headline
    same("systems", top.systems.n, again.systems())
    same("in use", top.in_use.n, again.systems(IN_USE))
    same("high risk", top.high_risk.n, again.systems(f"{IN_USE} AND s.tier IN ('high', 'prohibited')"))
    same("below gate", top.below_gate.n, again.systems(f"{IN_USE} AND NOT ({HAS['compliant']})"))
    same("grave", top.grave.n, again.incidents("i.severity >= 4 AND i.status NOT IN ('closed', 'merged')"))
    for row in figures.coverage:
        has = again.reviewed() if row.id == "reviewed" else again.systems(f"{IN_USE} AND {HAS[row.id]}")
        same(row.id, (row.having.n, row.of), (has, top.in_use.n))
    said = {each.id: each.count.n for each in figures.decisions}
    for name, where in WAITS.items():
        asked = f"s.stage <> 'retired' AND EXISTS (SELECT 1 FROM {where} AND x.system_id = s.id)"
        same(name, said[name], again.systems(asked))
    same("unowned", said["unowned"], again.systems(f"{IN_USE} AND NOT {CONFIRMED}"))
    exposed(figures.exposure, again, same)
    measured(figures, again, same)
    since = months_after(clock.today(), -12).isoformat()
    within = f"x.on_day > '{since}' AND x.on_day <= '{clock.today().isoformat()}'"
    realised = again.money("value_realised", "amount", within)
    same("realised", {each.currency: each.amount for each in figures.value.realised}, realised)
    same("realised above", top.realised, figures.value.realised)
    expected = again.money("objective", "expected_value", "x.expected_value IS NOT NULL")
    same("expected", {each.currency: each.amount for each in figures.value.expected}, expected)
    year = months_after(clock.today().replace(day=1), -11).isoformat()
    for row in figures.why:
        where = f"i.pattern = '{row.pattern}' AND i.status <> 'merged' AND i.detected_at >= '{year}'"
        same(row.pattern, row.count.n, again.incidents(where))
    listed(figures, again, same)
    rest(figures, again, same)
    return found


def exposed(exposure, again, same):
    tiers = again.rows(f"SELECT s.tier, count(*) FROM system s WHERE SEEN AND {IN_USE} GROUP BY s.tier")
    told = {tier: each.n for tier, each in exposure.whole.tiers.items() if each.n}
    same("tiers", told, {tier or "none": count for tier, count in tiers})
    for row in exposure.units:
        below = f"""s.unit_id IN (WITH RECURSIVE b(id) AS (SELECT {row.unit} UNION
          SELECT u.id FROM business_unit u JOIN b ON u.parent_id = b.id) SELECT id FROM b)"""
        same(row.name, row.total.n, again.systems(f"{IN_USE} AND {below}"))
    for band, level in zip(exposure.autonomy, (1, 2, 3, 4, 5, None), strict=True):
        where = "s.autonomy IS NULL" if level is None else f"s.autonomy = {level}"
        same(band.label, band.count.n, again.systems(f"{IN_USE} AND {where}"))
    for band in exposure.affected:
        same(band.label, band.count.n, again.systems(f"{IN_USE} AND {AFFECTED[band.label]}"))
    people = again.rows(f"SELECT coalesce(sum(s.affected_count), 0) FROM system s WHERE SEEN AND {IN_USE}")
    same("people", exposure.people, int(people[0][0]))


def measured(figures, again, same):
    for row in figures.numbers:
        ranks = dict(again.rows(f"""SELECT rank, count(*) FROM (SELECT m.system_id, max({RANK}) AS rank
          FROM success_metric m JOIN latest_snapshot l ON l.metric_id = m.id JOIN system s ON s.id = m.system_id
          WHERE SEEN AND {IN_USE} AND m.kind = '{row.id}' AND m.retired_at IS NULL AND l.group_key = ''
          GROUP BY m.system_id) worst GROUP BY rank"""))  # fmt: skip
        told = {name: each.n for name, each in row.standing.items()}
        counted = {name: ranks.get(at, 0) for at, name in enumerate(("unjudged", "met", "warn", "breach"))}
        same(row.label, told, {**counted, "unmeasured": figures.headline.in_use.n - sum(ranks.values())})


def listed(figures, again, same):
    vendors = again.rows("""SELECT s.vendor_name, count(*) FROM system s WHERE SEEN AND s.vendor_name <> ''
      GROUP BY s.vendor_name""")  # fmt: skip
    same("vendors in all", len(figures.vendors) + figures.more_vendors, len(vendors))
    left = OWNED.format("p.active_to < :today")
    same("orphans", figures.orphans.count.n, again.systems(f"s.stage <> 'retired' AND {left}"))
