"""Numbers kept day by day: the last look of each day, for whom they count like with like, and never made up afterwards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from registry.kernel import clock
from registry.portfolio.jobs import keep_figures
from registry.portfolio.models import KeptFigure
from registry.portfolio.queries.figures import headline
from registry.portfolio.queries.kept import audience_of, trends
from registry.portfolio.rules.figures import Scope, quarter_end_before
from registry.portfolio.rules.kept import Audience, change_since, days_shown, trends_of
from tests.portfolio.organised import organise

AT_QUARTER_END = datetime(2026, 9, 30, 21, tzinfo=UTC)
WHOLE = Scope()
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def top(session, cast, name, scope=WHOLE):
    return headline(session, cast.actor(session, name), scope, list(cast.units.values()))


def gone(session, cast, scope=WHOLE):
    return trends(session, cast.actor(session, "rita"), scope, top(session, cast, "rita", scope))


def test_a_day_keeps_its_last_look_and_the_page_compares_with_the_end_of_the_quarter(database, cast):
    with clock.frozen(AT_QUARTER_END):
        keep_figures(database, {})
        with database.transaction() as session:
            organise(session, cast, 3, seed=7)
            now = {name: top(session, cast, name).systems.n for name in ("rita", "eva")}
        keep_figures(database, {})
        with database.transaction(read_only=True) as session:
            asked = select(KeptFigure).where(KeptFigure.figure == "systems", KeptFigure.unit_id == 0)
            kept = {row.audience: row.value for row in session.exec(asked)}
        assert now["rita"] == 6
        assert kept == {Audience.EVERYTHING: now["rita"], Audience.OPEN: now["eva"]}
    with clock.frozen(NOW), database.transaction() as session:
        assert gone(session, cast)["systems"].change.words == "as on 30 Sep 2026"
        organise(session, cast, 1, seed=9)
        found = gone(session, cast)["systems"]
        assert (found.change.words, found.change.direction) == ("1 more than on 30 Sep 2026", "up")
        assert [day for day, _ in found.points] == [date(2026, 9, 30), date(2026, 11, 26)]
        under = gone(session, cast, Scope(unit=cast.units["claims"].id))
        assert under["systems"].points[0][0] == date(2026, 9, 30)
        assert gone(session, cast, Scope(tier="high")) is None
        unkept = trends_of({"systems": Decimal(1)}, {}, NOW.date(), date(2026, 9, 30))
        assert unkept["systems"].change.words == "not recorded on 30 Sep 2026"


def test_what_was_kept_is_shown_to_whom_it_counts_the_same_systems(session, cast):
    """Hedy heads the unit of a restricted system, and Ada owns it: without it, or with all, it would mislead or tell."""
    names = ("rita", "aud", "adam", "eva", "otto", "hedy", "ada")
    assert {name: audience_of(session, cast.actor(session, name)) for name in names} == {
        "rita": Audience.EVERYTHING,
        "aud": Audience.EVERYTHING,
        "adam": Audience.EVERYTHING,
        "eva": Audience.OPEN,
        "otto": Audience.OPEN,
        "hedy": None,
        "ada": None,
    }


@given(
    st.sampled_from(["below_gate", "measured", "in_use", "realised EUR"]),
    st.integers(-99, 99),
    st.integers(-99, 99),
)
def test_a_change_says_by_how_much_and_calls_only_better_or_worse_what_is(name, now, before):
    change = change_since(name, Decimal(now), Decimal(before), date(2026, 9, 30))
    assert change.direction == ("same" if now == before else "up" if now > before else "down")
    assert (str(abs(now - before)) in change.words) or now == before
    assert (change.kind == "neutral") == (now == before or name in {"in_use", "realised EUR"})
    assert change_since(name, Decimal(now), None, date(2026, 9, 30)).words.startswith("not recorded")


@given(st.dates(date(2021, 1, 1), date(2030, 1, 1)))
def test_a_trend_is_drawn_from_a_day_a_week_and_the_end_of_the_quarter(today):
    days = days_shown(today, quarter_end_before(today))
    assert quarter_end_before(today) in days
    assert len(days) <= 54
    assert today - timedelta(days=366) < days[0]
    assert days[-1] < today
