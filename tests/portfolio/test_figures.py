"""The figures of the portfolio: each is what plain SQL counts, each leads to a list of exactly as many, and nobody counts what is hidden."""

from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from registry.dossiers.rules.cases import CaseType
from registry.kernel import clock
from registry.kernel.calendar import latest_due_by, start_of
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.monitoring.rules.alerts import Severity as AlertSeverity
from registry.monitoring.rules.five import FIVE
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Kind as MetricKind
from registry.people import actions as people
from registry.portfolio.queries.figures import figures
from registry.portfolio.rules.figures import (
    IN_USE,
    Count,
    IncidentCount,
    Scope,
    money_of,
    quarter_end_before,
    scope_of,
)
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.rules.kinds import Decision
from registry.reviews.rules.kinds import Kind as ReviewKind
from registry.reviews.rules.kinds import State as ReviewState
from registry.systems import queries
from registry.systems.queries.filters import NUMBERS, RANKED
from registry.systems.rules.record import Stage, Tier
from registry.systems.rules.search import Listing, Search, address_of
from tests.portfolio.organised import DOOR, bare, organise, reviewed
from tests.portfolio.plain_figures import objections

COUNT = 16
# How many of the searches behind the figures an everyday run follows to their list.
SOME = 12


def seen_by(cast):
    """Who may know of which systems, as plain SQL."""
    claims = cast.units["claims"].id
    ada = f"EXISTS (SELECT 1 FROM assignment a WHERE a.system_id = s.id AND a.to_at IS NULL AND a.person_id = {cast.number('ada')})"
    return {
        "eva": "s.visibility = 'company'",
        "rita": "1 = 1",
        "hedy": f"s.visibility = 'company' OR s.unit_id = {claims}",
        "ada": f"s.visibility = 'company' OR {ada}",
    }


def numbers_in(value):
    """Every number with a list behind it, wherever it stands in the figures."""
    if isinstance(value, (Count, IncidentCount)):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from numbers_in(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from numbers_in(each)
    elif is_dataclass(value) and not isinstance(value, Scope):
        for each in fields(value):
            yield from numbers_in(getattr(value, each.name))


def listed(session, actor, search):
    """How many the register lists at the address of a search."""
    return len(
        queries.numbers_in(session, actor, queries.search_from(MultiDict(address_of(Listing(search)))))
    )


def mislisted(session, actor, found, most=None):
    """The numbers of systems whose list holds another number; of at most so many searches, spread over all of them."""
    counts = [each for each in numbers_in(found) if isinstance(each, Count)]
    asked = list({each.search: each.n for each in counts if each.search}.items())
    every = 1 if most is None else -(-len(asked) // most)
    said = [(search, n) for search, n in asked[::every] if listed(session, actor, search) != n]
    return said + [each for each in counts if not each.search and each.n]


def organised(session, cast, seed=1):
    made = organise(session, cast, COUNT, seed)
    people.mark_as_left(session, DOOR, cast.people["ben"], clock.today() - timedelta(days=9))
    return made


def test_figures_are_what_plain_sql_counts_of_what_each_person_may_know(session, cast):
    organised(session, cast)
    for name in ("rita", "hedy"):
        found = figures(session, cast.actor(session, name), Scope())
        assert objections(session, found, seen_by(cast)[name]) == [], name


def test_every_number_leads_to_a_register_of_exactly_as_many(session, cast):
    organised(session, cast, seed=2)
    claims = cast.units["claims"].id
    for name, scope in (("hedy", Scope()), ("eva", Scope(unit=claims, tier="high"))):
        actor = cast.actor(session, name)
        assert mislisted(session, actor, figures(session, actor, scope), SOME) == [], name


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 15))
def test_the_same_holds_of_organisations_of_any_shape(session, cast, seed):
    organised(session, cast, seed)
    claims = cast.units["claims"].id
    scopes = [
        Scope(),
        Scope(claims),
        Scope(tier="none"),
        Scope(stage="live"),
        Scope(vendor="Öst & Söner", tier="high"),
    ]
    for name, seen in seen_by(cast).items():
        actor = cast.actor(session, name)
        assert objections(session, figures(session, actor, Scope()), seen) == [], name
        for scope in scopes:
            assert mislisted(session, actor, figures(session, actor, scope)) == [], (name, scope)


@pytest.mark.long
def test_a_scope_narrows_every_number_and_says_where_nothing_can_be_found(session, cast):
    organise(session, cast, 12)
    rita, claims = cast.actor(session, "rita"), cast.units["claims"].id
    whole = figures(session, rita, Scope())
    parts = [figures(session, rita, Scope(unit=cast.units[name].id)) for name in ("claims", "underwriting")]
    for read in (
        lambda found: found.headline.in_use.n,
        lambda found: found.exposure.people,
        lambda found: [row.having.n for row in found.coverage],
        lambda found: [each.count.n for each in found.decisions[1:]],
        lambda found: [count.n for row in found.numbers for count in row.standing.values()],
    ):
        one, other = (read(part) for part in parts)
        added = [a + b for a, b in zip(one, other, strict=True)] if isinstance(one, list) else one + other
        assert added == read(whole)
    minimal = figures(session, rita, Scope(unit=claims, tier="minimal"))
    assert minimal.headline.high_risk == Count(0, None)
    assert minimal.frameworks == ()
    assert len(whole.frameworks) > 3
    assert figures(session, rita, Scope(vendor="nobody")).headline.systems.n == 0


def test_a_review_is_in_date_up_to_its_last_day_and_no_longer(session, cast):
    """By tier: what the newest word on using it says counts, on the day its months are over still, a day later not."""
    today, adam = clock.today(), cast.actor(session, "adam")
    _, rule = rule_on(session, today)

    def in_date(*given, tier=None, **further):
        system = bare(session, cast, tier)
        for decision, day in given:
            reviewed(session, cast, system, decision, start_of(day) + timedelta(hours=23), **further)
        return system.id in queries.numbers_in(session, adam, Search(chosen=(("assurance", ("reviewed",)),)))

    approve, reject = Decision.APPROVE, Decision.REJECT
    for tier in (Tier.HIGH, None):
        last = latest_due_by(today - timedelta(days=1), rule.months[tier or "unclassified"])
        assert in_date((approve, last + timedelta(days=1)), tier=tier)
        assert not in_date((approve, last), tier=tier)
    assert not in_date((approve, today), (reject, today))
    assert in_date((reject, today), (Decision.APPROVE_WITH_CONDITIONS, today))
    assert in_date((approve, today), (Decision.REQUEST_CHANGES, today))
    assert not in_date((approve, today), kind=ReviewKind.DECOMMISSION)
    assert in_date((approve, today), due_on=today)
    assert not in_date((approve, today), due_on=today - timedelta(days=1))


def test_an_empty_register_has_figures_and_measures_nothing(database):
    from registry.kernel.actor import the_registry

    with database.transaction(read_only=True) as session:
        found = figures(session, the_registry("test"), Scope())
    assert found.headline.systems.n == found.headline.grave.n == found.exposure.people == 0
    assert found.headline.realised == found.value.expected == found.vendors == found.exposure.units == ()
    assert found.times.detect.median is None
    assert found.orphans.median_days is None


def test_what_the_register_filters_by_is_called_as_its_owners_call_it():
    """The register names the tables of features above it; here their words are held to theirs."""
    assert {kind.value for kinds in FIVE.values() for kind in kinds} >= set(NUMBERS)
    assert set(NUMBERS) <= set(MetricKind)
    assert set(RANKED) - {"unjudged"} < {each.value for each in Verdict}
    assert {"approve", "approve_with_conditions", "request_changes"} < {each.value for each in Decision}
    assert {"wanted", "returned", "submitted"} < {each.value for each in ReviewState}
    assert (ReviewKind.DECOMMISSION, AlertKind.SILENCE) == ("decommission", "silence")
    assert (AlertState.RESOLVED, AlertSeverity.CRITICAL) == ("resolved", "critical")
    assert set(IN_USE) == {Stage.LIVE, Stage.RESTRICTED}
    assert len(CaseType) > 1


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_quarter_ends_on_the_last_day_before_a_first_of_january_april_july_or_october(today):
    end = quarter_end_before(today)
    after = end + timedelta(days=1)
    assert after.day == 1
    assert after.month in {1, 4, 7, 10}
    assert end < today
    assert (today - end).days <= 92


@given(
    st.one_of(st.none(), st.integers(1, 99)),
    st.one_of(st.none(), st.sampled_from([*Tier, "none"])),
    st.one_of(st.none(), st.sampled_from(list(Stage))),
    st.one_of(st.none(), st.just("Acme")),
)
def test_a_scope_comes_back_from_its_own_address_and_never_widens(unit, tier, stage, vendor):
    scope = Scope(unit, tier, stage, vendor)
    assert scope_of(queries.search_from(MultiDict(scope.pairs))) == scope
    picked = scope.search(stage=IN_USE, tier=("high",))
    if picked is not None:
        for name, value in scope.pairs:
            assert set(picked.values(name)) <= {value}


@given(st.lists(st.tuples(st.sampled_from(["EUR", "SEK"]), st.decimals(-9, 9, places=2))))
def test_amounts_are_added_up_by_currency_alone(amounts):
    found = {each.currency: each.amount for each in money_of(amounts)}
    assert found == {name: sum((n for c, n in amounts if c == name), Decimal()) for name, _ in amounts}
