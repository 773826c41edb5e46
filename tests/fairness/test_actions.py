"""Counts and forecasts taken in exactly once; bounds; the alerts that follow, one per group, and how they end."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from registry import wiring
from registry.fairness.models import COUNT, WINDOW
from registry.fairness.queries import reading
from registry.fairness.queries.integrity import altered_batches
from registry.fairness.rules.comparing import Outcomes, Selections
from registry.fairness.rules.decoding import CountIn
from registry.fairness.rules.measures import Measure
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.monitoring.actions.alerts import resolve
from registry.monitoring.models.alerts import Alert
from registry.store.session import finish
from registry.worker.actions import by_name, follow, run_next
from tests.fairness.counting import BOUND, bound, counted, day, followed, forecasts, sent, sent_forecasts

FAIR = {"female": (48, 100), "male": (50, 100)}
UNFAIR = {"female": (100, 1000), "male": (500, 1000)}
DOUBTFUL = {"female": (35, 100), "male": (50, 100)}


def windows(session, cast):
    return reading.recent_windows(session, cast.triage.id, most=9)


def test_a_delivery_counts_once_however_often_and_in_whatever_order_it_comes(session, cast):
    some = counted(FAIR)
    assert sent(session, cast, *some).accepted == 2
    again = sent(session, cast, *reversed(some), *counted(FAIR, at=1))
    assert (again.accepted, again.duplicate) == (2, 2)
    assert sent(session, cast, *some).batch_id == 1
    assert [(each.end, each.groups["female"]) for each in windows(session, cast)] == [
        (day(2), Selections(100, 48)),
        (day(1), Selections(100, 48)),
    ]
    finish(session)
    assert list(altered_batches(session)) == []
    session.execute(sa.update(COUNT).where(COUNT.c.id == 1).values(selected=47))
    assert list(altered_batches(session)) == [1]


def test_other_counts_for_a_window_are_refused_until_they_say_why(session, cast):
    sent(session, cast, *counted(FAIR))
    with pytest.raises(Conflict, match=r"Other numbers are held for counts\.0, counts\.1\."):
        sent(session, cast, *counted(UNFAIR))
    sent(session, cast, *counted(UNFAIR), supersedes="Counted twice before.")
    [window] = windows(session, cast)
    assert window.groups["male"] == Selections(1000, 500)
    finish(session)
    assert list(altered_batches(session)) == []


def test_parts_of_a_window_add_up_and_the_unknown_stand_apart(session, cast):
    cells = (30, 10, 5, 55)
    rows = [CountIn("sex", group, day(0), day(1), 100, 40, cells, key) for group in ("f", "") for key in "ab"]
    sent(session, cast, *rows)
    [window] = windows(session, cast)
    assert (window.groups, window.unknown, window.cases) == ({"f": Outcomes(60, 20, 10, 110)}, 200, 400)


def test_forecasts_are_taken_in_the_same_way(session, cast):
    assert sent_forecasts(session, cast, forecasts(), forecasts(at=1)).accepted == 2
    assert sent_forecasts(session, cast, forecasts()).duplicate == 1
    with pytest.raises(Conflict, match=r"windows\.0"):
        sent_forecasts(session, cast, forecasts(bins=((0, "0.1", 100, "0.05", 7),)))
    sent_forecasts(session, cast, forecasts(key="b"))
    page = reading.forecasts_page(session, cast.triage.id, before=None, limit=1)
    assert page.next_after is not None
    [newest] = page.items
    rest = reading.forecasts_page(session, cast.triage.id, before=(newest.end, newest.start), limit=5)
    assert [(each.cases, [one.n for one in each.bins]) for each in rest.items] == [(300, [200, 100])]
    finish(session)
    session.execute(sa.delete(WINDOW).where(WINDOW.c.id == 1))
    assert list(altered_batches(session)) == [1]


def test_windows_of_the_future_and_contradictions_within_a_delivery_are_refused(session, cast):
    with pytest.raises(RuleBroken) as refused:
        sent(session, cast, *counted(FAIR), *counted(UNFAIR), *counted(FAIR, at=900_000))
    assert [each.field for each in refused.value.problems] == [
        "counts.2",
        "counts.3",
        "counts.4.window_end",
        "counts.5.window_end",
    ]
    with pytest.raises(RuleBroken, match="no version"):
        sent(session, cast, *counted(FAIR), version="9")


def test_only_who_may_send_sends_and_only_who_may_set_sets(session, cast):
    with pytest.raises(Forbidden):
        sent(session, cast, *counted(FAIR), by="mia")
    with pytest.raises(Forbidden):
        bound(session, cast, by="mia")


def test_a_bound_is_one_per_attribute_and_changes_only_for_who_has_read_it(session, cast):
    first = bound(session, cast)
    finish(session)
    stricter = replace(BOUND, limit=Decimal("0.9"))
    with pytest.raises(Conflict) as conflict:
        bound(session, cast, stricter)
    assert [each.field for each in conflict.value.differences] == ["limit"]
    with pytest.raises(RuleBroken, match="Say why it is this one now"):
        bound(session, cast, stricter, version=first.version)
    stricter = replace(stricter, reason="The works council asked for more.")
    assert bound(session, cast, stricter, version=first.version).limit == Decimal("0.9")
    finish(session)
    standing = first.version
    same = bound(session, cast, stricter, version=standing, by="adam")
    finish(session)
    assert (same.version, same.set_by_id) == (standing, cast.number("ada"))
    bound(session, cast, replace(BOUND, attribute="race"))
    assert list(reading.bounds_of(session, cast.triage.id)) == ["race", "sex"]
    with pytest.raises(RuleBroken):
        bound(session, cast, replace(BOUND, reason="  "))


def test_a_breach_raises_one_alert_that_names_group_measure_value_and_bound(session, cast):
    bound(session, cast)
    sent(session, cast, *counted(UNFAIR))
    [alert] = followed(session, cast)
    assert (alert.kind, alert.severity, alert.group, alert.count) == ("breach", "critical", "sex: female", 1)
    assert alert.says == (
        "Impact ratio of female (sex) against male was 0.200 in the window to 1 Oct 2026, from 1,000 cases; "
        "acceptable is impact ratio at least 0.8."
    )
    # Asked again, as a job may be, it tells nothing twice.
    assert [each.count for each in followed(session, cast)] == [1]
    sent(session, cast, *counted(UNFAIR, at=1))
    assert [each.count for each in followed(session, cast)] == [2]


def test_a_warning_says_that_it_may_be_chance_and_a_breach_makes_it_worse(session, cast):
    sent(session, cast, *counted(DOUBTFUL))
    assert followed(session, cast) == []
    # What was counted before a bound was set is held against it.
    bound(session, cast)
    [alert] = followed(session, cast)
    assert alert.severity == "warning"
    assert alert.says.endswith(
        "Its 95 % interval, 0.502 to 0.970, still reaches the bound: it may be chance."
    )
    sent(session, cast, *counted(UNFAIR, at=1))
    [alert] = followed(session, cast)
    assert (alert.severity, alert.count) == ("critical", 2)


def test_three_good_windows_end_it_and_what_comes_after_is_a_new_one(session, cast):
    bound(session, cast)
    sent(session, cast, *counted(UNFAIR))
    [alert] = followed(session, cast)
    for at in (1, 2):
        sent(session, cast, *counted(FAIR, at=at))
    assert followed(session, cast)[0].state == "open"
    sent(session, cast, *counted(FAIR, at=3))
    [alert] = followed(session, cast)
    assert (alert.state, alert.resolved_because) == ("resolved", "The group is within the bound again.")
    assert len(followed(session, cast)) == 1
    sent(session, cast, *counted(UNFAIR, at=4))
    _, second = followed(session, cast)
    assert (second.state, second.previous_id) == ("open", alert.id)
    resolve(session, cast.actor(session, "ada"), second, "The form asked for a title.")
    assert len(followed(session, cast)) == 2


def test_corrected_counts_take_back_the_alert_they_alone_had_caused_or_make_it_worse(session, cast):
    bound(session, cast)
    sent(session, cast, *counted(DOUBTFUL))
    [alert] = followed(session, cast)
    assert alert.severity == "warning"
    sent(session, cast, *counted(UNFAIR), supersedes="Two columns were swapped.")
    assert [(each.severity, each.count) for each in followed(session, cast)] == [("critical", 2)]
    assert len(followed(session, cast)) == 1
    sent(session, cast, *counted(FAIR), supersedes="They were right at first.")
    [alert] = followed(session, cast)
    assert (alert.state, alert.resolved_because) == (
        "resolved",
        "By the counts and the bound as they stand now, no window it told of is outside.",
    )
    assert len(followed(session, cast)) == 1


def test_a_bound_that_is_changed_is_what_all_windows_of_the_alert_are_held_against(session, cast):
    first = bound(session, cast)
    sent(session, cast, *counted(DOUBTFUL))
    [_alert] = followed(session, cast)
    finish(session)
    wider = replace(BOUND, limit=Decimal("0.5"), reason="Half is what the law asks for.")
    bound(session, cast, wider, version=first.version)
    assert followed(session, cast)[0].state == "resolved"
    finish(session)
    bound(
        session, cast, replace(wider, limit=Decimal("0.8"), reason="It asks for more."), version=first.version
    )
    sent(session, cast, *counted(UNFAIR, at=1))
    _, second = followed(session, cast)
    assert second.state == "open"
    finish(session)
    few = replace(wider, limit=Decimal("0.8"), fewest=100_000, reason="Only large groups tell.")
    bound(session, cast, few, version=first.version)
    assert [each.resolved_because for each in followed(session, cast)][1] == (
        "By the bound as it stands now, this group is not compared any more."
    )


def test_a_year_that_recovered_opens_nothing_and_a_small_group_is_never_judged(session, cast):
    bound(session, cast)
    sent(session, cast, *counted(UNFAIR), *(each for at in (1, 2, 3) for each in counted(FAIR, at=at)))
    sent(session, cast, *counted({"female": (0, 29), "male": (50, 100)}, at=4))
    assert followed(session, cast) == []


def test_measures_that_need_outcomes_are_judged_where_they_were_sent(session, cast):
    bound(session, cast, replace(BOUND, measure=Measure.OPPORTUNITY_GAP, limit=Decimal("0.1")))
    sent(session, cast, *counted(UNFAIR))
    assert followed(session, cast) == []
    rows = [("female", (10, 10, 90, 90)), ("male", (90, 10, 10, 90))]
    sent(session, cast, *(CountIn("sex", name, day(1), day(2), 200, sum(c[:2]), c) for name, c in rows))
    [alert] = followed(session, cast)
    assert alert.says.startswith("Equal opportunity difference of female (sex) against male was 0.800")


def test_the_worker_lets_the_alerts_follow_bounds_and_counts(database, cast):
    def worked():
        handlers = by_name(wiring.FOLLOW_UPS, {})
        while follow(database, wiring.FOLLOW_UPS) or run_next(database, handlers):
            pass
        with database.transaction(read_only=True) as session:
            return [(each.group, each.count) for each in session.scalars(sa.select(Alert))]

    with database.transaction() as session:
        sent(session, cast, *counted(UNFAIR))
    assert worked() == []
    with database.transaction() as session:
        bound(session, cast)
    assert worked() == [("sex: female", 1)]
    with database.transaction() as session:
        sent(session, cast, *counted(UNFAIR, at=1))
    assert worked() == [("sex: female", 2)]
